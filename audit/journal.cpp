#include "audit/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "audit/gate_key.hpp"
#include "audit/recovery.hpp"
#include "audit/retention.hpp"
#include "audit/segment_keeper.hpp"

namespace shirgate {
namespace {

constexpr auto first_pause = std::chrono::milliseconds(10);
constexpr auto longest_pause = std::chrono::seconds(1);
/// What the clock demands of an idle journal is never late by more.
constexpr auto longest_rest = std::chrono::seconds(1);

bool is_full_disk(const std::error_code& error) {
  return error == std::errc::no_space_on_device || error.value() == EDQUOT;
}

}  // namespace

Journal::Journal(const JournalSettings& settings)
    : settings_(settings), refusal_quota_(settings.refusals_per_minute), reserve_(settings.directory + "/reserve") {}

Checked<std::unique_ptr<Journal>> Journal::open(const JournalSettings& settings) {
  std::unique_ptr<Journal> journal(new Journal(settings));
  const auto started = journal->start();
  if (started.has_error()) return started.error();
  journal->thread_ = std::thread([&self = *journal] { self.run(); });
  return journal;
}

Checked<bool> Journal::start() {
  auto lock = DirectoryLock::take(settings_.directory);
  if (lock.has_error()) return lock.error();
  auto key = gate_key(settings_.directory);
  if (key.has_error()) return key.error();
  auto state = JournalState::open(settings_.directory + "/state");
  if (state.has_error()) return state.error();
  auto gate = gate_id(key->public_key());
  auto last_run = recover(settings_.directory, gate, *state, settings_.group);
  if (last_run.has_error()) return last_run.error();
  if (!reserve_.hold())
    return complain(fmt::format("audit: can't set 4 MiB aside in {}/reserve: make room", settings_.directory));

  log_ = std::make_unique<SegmentLog>(
      settings_, SegmentLog::Parts{.lock = *std::move(lock),
                                   .key = *std::move(key),
                                   .state = *std::move(state),
                                   .batch = Batch(Chain(std::move(gate), last_run->end), std::move(last_run->live)),
                                   .file = std::move(last_run->file),
                                   .head_is_last = last_run->head_is_last});
  if (const auto finished = finish_last_run(*last_run); finished.has_error()) return finished.error();
  if (const auto made = make_rings(); made.has_error()) return made.error();
  keeper_ = std::make_unique<SegmentKeeper>(settings_.directory, settings_.compress, settings_.on_trouble);
  tidy();
  return true;
}

Checked<bool> Journal::finish_last_run(LastRun& last_run) {
  const bool goes_on = !log_->begins_anew();
  std::reverse(last_run.gaps.begin(), last_run.gaps.end());  // each goes before what is wanted already
  for (const auto& why : last_run.gaps) log_->add_gap(why);
  if (const auto written = write_all(last_run.rings); written.has_error()) return written.error();
  if (log_->live().size() > 0) {
    const auto now = std::chrono::system_clock::now();
    for (auto& body : torn_bodies(log_->live(), {last_run.path, log_->current_path()}, now, settings_.lab))
      log_->add_body(std::move(body));
  }
  if (goes_on) log_->want_rotation();
  return write_all({});
}

Checked<bool> Journal::write_all(SegmentLog::Rings rings) {
  for (;;) {
    const auto outcome = log_->write(rings);
    if (outcome == SegmentLog::Outcome::idle) return true;
    if (outcome == SegmentLog::Outcome::failed)
      return complain(
          fmt::format("audit: can't write {}/audit-*.jsonl: {}", settings_.directory, log_->error().message()));
  }
}

Checked<bool> Journal::make_rings() {
  const auto directory = settings_.directory + "/rings";
  std::error_code error;
  std::filesystem::remove_all(directory, error);  // what they held is in the log
  std::filesystem::create_directory(directory, error);
  for (std::size_t i = 0; i < settings_.writers; ++i) {
    auto ring = Ring::create(fmt::format("{}/{}.ring", directory, i), settings_.ring_bytes);
    if (ring.has_error()) return ring.error();
    rings_.push_back(*std::move(ring));
    writers_.push_back(std::make_unique<Audit>(*this, *rings_.back()));
  }
  return true;
}

Journal::~Journal() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stop_.store(true);
  }
  woken_.notify_one();
  thread_.join();
}

EventTotals Journal::totals() const {
  EventTotals totals;
  for (const auto& writer : writers_) writer->counts().add_to(totals);
  return totals;
}

void Journal::wake(bool hurry) {
  // An exchange each time: whoever finds work_ true has put its event where the journal's next round sees it.
  const bool first = !work_.exchange(true, std::memory_order_acq_rel);
  const bool urgent = hurry && !hurry_.exchange(true);
  if (!first && !urgent) return;
  { const std::scoped_lock lock(mutex_); }
  woken_.notify_one();
}

void Journal::run() {
  while (!stop_.load()) {
    wait();
    if (stop_.load()) break;
    hurry_.store(false);
    work_.exchange(false, std::memory_order_acq_rel);
    write();
    tidy();
  }
  finish();
}

void Journal::wait() {
  std::unique_lock lock(mutex_);
  if (!disk_takes_) {
    woken_.wait_until(lock, try_at_, [this] { return stop_.load(); });
    return;
  }
  const auto demand = std::min(log_->next_demand(), Clock::now() + longest_rest);
  const bool work = woken_.wait_until(lock, demand, [this] { return work_.load() || stop_.load(); });
  if (work && settings_.durability == Durability::group)
    woken_.wait_for(lock, settings_.group, [this] { return hurry_.load() || stop_.load(); });
}

void Journal::write() {
  for (bool again = true; again;) {
    log_->look_at(Clock::now());
    const bool began_anew = log_->begins_anew();
    const auto outcome = log_->write(rings_);
    if (outcome != SegmentLog::Outcome::failed) {
      note_success();
      again = outcome == SegmentLog::Outcome::written && (log_->was_full() || log_->begins_anew());
      continue;
    }
    note_failure();
    // Once more at once where something has changed: room was made, or it goes to another file.
    const bool room_was_made = is_full_disk(log_->error()) && reserve_.is_held();
    if (room_was_made) reserve_.give_up();
    again = room_was_made || (log_->begins_anew() && !began_anew);
  }
}

void Journal::note_failure() {
  disk_takes_ = false;
  pause_ = std::clamp<Clock::duration>(pause_ * 2, first_pause, longest_pause);
  try_at_ = Clock::now() + pause_;
  if (healthy_.exchange(false))
    settings_.on_trouble(fmt::format("audit: {} can't be written ({}): no new tunnel opens", settings_.directory,
                                     log_->error().message()));
}

void Journal::note_success() {
  lines_.fetch_add(log_->events_written(), std::memory_order_relaxed);
  disk_takes_ = true;
  pause_ = {};
  if (healthy_.load() || Clock::now() < try_at_) return;
  // Before new tunnels open there must be room for their ends again.
  if (!reserve_.hold()) {
    try_at_ = Clock::now() + longest_pause;
    return;
  }
  healthy_.store(true);
  settings_.on_trouble(fmt::format("audit: {} is written again", settings_.directory));
}

void Journal::tidy() {
  const auto current = log_->current_segment();
  if (!disk_takes_ || current == 0 || (current == tidied_ && Clock::now() < tidy_at_)) return;
  tidied_ = current;
  tidy_at_ = Clock::now() + settings_.retention_interval;
  const auto now = std::chrono::system_clock::now();
  if (const auto outdated =
          outdated_segments(settings_.directory, settings_.retention, settings_.shipped_up_to(), current, now)) {
    log_->add({.action = Action::checkpoint,
               .at = now,
               .through = outdated->through,
               .hash = outdated->hash,
               .lab = settings_.lab});
    write();
    // What is deleted without a word in the log would look like a theft.
    if (disk_takes_) keeper_->remove(outdated->paths);
  }
  keeper_->look_after(current);
}

void Journal::finish() {
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    write();
    if (!disk_takes_) continue;
    log_->want_head();
    write();
    if (disk_takes_) return log_->stop();
  }
  settings_.on_trouble(fmt::format(
      "audit: the last events could not be written; they stay in {}/rings for the next start, and are lost if the "
      "machine is restarted before",
      settings_.directory));
}

}  // namespace shirgate
