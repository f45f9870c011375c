#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "audit/fields.hpp"
#include "audit/journal.hpp"
#include "audit/segment.hpp"

namespace shirgate {
namespace {

Complaint can_not(std::string_view what, const std::string& path) {
  return complain(fmt::format("audit: can't {} {}: {}", what, path, std::strerror(errno)));
}

}  // namespace

Journal::Journal(const JournalSettings& settings) : settings_(settings) {}

Checked<std::unique_ptr<Journal>> Journal::open(const JournalSettings& settings) {
  std::unique_ptr<Journal> journal(new Journal(settings));
  const auto opened = journal->open_files();
  if (opened.has_error()) return opened.error();
  journal->thread_ = std::thread([&self = *journal] { self.run(); });
  return journal;
}

Checked<bool> Journal::open_files() {
  std::error_code error;
  std::filesystem::create_directories(settings_.directory, error);
  const auto lock_path = settings_.directory + "/lock";
  lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_ < 0) return can_not("open", lock_path);
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
    return complain(
        fmt::format("audit: {} belongs to another running gate; give each its own directory", settings_.directory));
  const auto rings = settings_.directory + "/rings";
  std::filesystem::create_directories(rings, error);
  for (std::size_t i = 0; i < settings_.writers; ++i) {
    auto ring = Ring::create(fmt::format("{}/{}.ring", rings, i), settings_.ring_bytes);
    if (ring.has_error()) return ring.error();
    rings_.push_back(*std::move(ring));
    writers_.push_back(std::make_unique<Audit>(*this, *rings_.back()));
  }
  next_seq_ = last_seq(settings_.directory) + 1;
  const auto path = segment_path(settings_.directory, next_seq_);
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file_ < 0) return can_not("write", path);
  // Had a file of that name a line, the next number would be higher. What a crash left of one is cut off.
  if (holds_a_line(path))
    return complain(fmt::format("audit: {} holds lines that can't be read; move it away, it is not overwritten", path));
  if (::ftruncate(file_, 0) != 0) return can_not("write", path);
  return true;
}

Journal::~Journal() {
  stop_.store(true);
  wake(true);
  if (thread_.joinable()) thread_.join();
  if (file_ >= 0) ::close(file_);
  if (lock_ >= 0) ::close(lock_);
}

void Journal::wake(bool hurry) {
  if (!work_.exchange(true, std::memory_order_acq_rel)) work_.notify_one();
  if (!hurry || hurry_.exchange(true)) return;
  const std::scoped_lock lock(mutex_);
  hurried_.notify_one();
}

void Journal::run() {
  while (!stop_.load()) {
    work_.wait(false);
    {
      std::unique_lock lock(mutex_);
      hurried_.wait_for(lock, settings_.group, [this] { return hurry_.load(); });
    }
    hurry_.store(false);
    // An exchange, not a store: whoever finds work_ still true has put its event where collect() sees it.
    work_.exchange(false, std::memory_order_acq_rel);
    collect();
    write_batch();
    // Not through: come back without being called.
    if (!batch_.empty()) work_.store(true);
  }
  write_batch();  // what the disk refused goes first, or collect() does nothing
  collect();
  write_batch();
  if (!batch_.empty()) settings_.on_trouble("audit: the last events could not be written and are lost");
}

void Journal::collect() {
  // While the disk refuses, the events stay in the rings, which are bounded and say when they are full.
  if (!batch_.empty()) return;
  for (auto& ring : rings_) {
    for (; const auto body = ring->peek(); ++batch_lines_) {
      fmt::format_to(std::back_inserter(batch_), "{{\"{}\":{},", field::seq, next_seq_++);
      batch_.append(body->substr(1));
      batch_.push_back('\n');
      ring->pop();
    }
    ring->release();
  }
}

void Journal::write_batch() {
  std::size_t written = 0;
  bool failed = false;
  int error = 0;
  while (written < batch_.size() && !failed) {
    const auto n = ::write(file_, batch_.data() + written, batch_.size() - written);
    if (n > 0) written += static_cast<std::size_t>(n);
    failed = n < 0 && errno != EINTR;
    if (failed) error = errno;
  }
  batch_.erase(0, written);
  if (written > 0 && ::fdatasync(file_) != 0) {
    failed = true;
    error = errno;
  }
  if (healthy_.exchange(!failed, std::memory_order_relaxed) == failed)
    settings_.on_trouble(failed ? fmt::format("audit: {} can't be written ({}): no new tunnel opens",
                                              settings_.directory, std::strerror(error))
                                : fmt::format("audit: {} is written again", settings_.directory));
  if (!batch_.empty()) return;
  lines_.fetch_add(batch_lines_, std::memory_order_relaxed);
  batch_lines_ = 0;
}

}  // namespace shirgate
