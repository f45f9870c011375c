#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "audit/compress.hpp"
#include "audit/segment.hpp"
#include "audit/segment_file.hpp"
#include "audit/segment_keeper.hpp"

namespace shirgate {

SegmentKeeper::SegmentKeeper(std::string directory, bool compress, std::function<void(std::string_view)> on_trouble)
    : directory_(std::move(directory)), compress_(compress), on_trouble_(std::move(on_trouble)) {
  thread_ = std::thread([this] { run(); });
}

SegmentKeeper::~SegmentKeeper() {
  {
    const std::scoped_lock lock(mutex_);
    stop_.store(true);
  }
  woken_.notify_one();
  thread_.join();
}

void SegmentKeeper::look_after(std::uint64_t current) {
  {
    const std::scoped_lock lock(mutex_);
    if (current_ == current) return;
    current_ = current;
  }
  woken_.notify_one();
}

void SegmentKeeper::remove(std::vector<std::string> paths) {
  {
    const std::scoped_lock lock(mutex_);
    to_be_removed_.insert(to_be_removed_.end(), paths.begin(), paths.end());
  }
  woken_.notify_one();
}

void SegmentKeeper::run() {
  // Of the usual class the last, not SCHED_IDLE: on a busy machine that would never come to delete anything.
  constexpr int nicest = 19;
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nicest));
  std::uint64_t done = 0;
  std::unique_lock lock(mutex_);
  while (!stop_.load()) {
    woken_.wait(lock, [&] { return stop_.load() || current_ != done || !to_be_removed_.empty(); });
    const auto paths = std::exchange(to_be_removed_, {});
    const auto current = current_;
    lock.unlock();
    remove_all(paths);
    if (compress_ && current != done) compress_complete(current);
    done = current;
    lock.lock();
  }
}

void SegmentKeeper::compress_complete(std::uint64_t current) {
  for (const auto& path : segments_of(directory_)) {
    if (stop_.load()) return;
    if (*first_seq_of(path) >= current || is_compressed(path)) continue;
    const auto error = compress_segment(directory_, path, stop_);
    if (error && !stop_.load())
      on_trouble_(fmt::format("audit: {} could not be compressed ({}) and stays as it is", path, error.message()));
  }
}

void SegmentKeeper::remove_all(const std::vector<std::string>& paths) {
  std::error_code error;
  for (const auto& path : paths) {
    const auto plain = is_compressed(path) ? path.substr(0, path.rfind('.')) : path;
    std::filesystem::remove(plain, error);
    std::filesystem::remove(plain + ".zst", error);
    std::filesystem::remove(unfinished_path(plain), error);
  }
  if (!paths.empty()) static_cast<void>(sync_directory(directory_));
}

}  // namespace shirgate
