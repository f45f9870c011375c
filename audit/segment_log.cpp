#include "audit/segment_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace shirgate {

SegmentLog::SegmentLog(const JournalSettings& settings, Parts parts)
    : settings_(settings),
      lock_(std::move(parts.lock)),
      key_(std::move(parts.key)),
      state_(std::move(parts.state)),
      batch_(std::move(parts.batch)),
      file_(std::move(parts.file)),
      batch_number_(state_.last() ? state_.last()->batch : 0),
      lines_since_head_(file_ && !parts.head_is_last ? 1 : 0),
      began_(Clock::now()),
      headed_(began_) {}

void SegmentLog::add(const Event& event) {
  std::string body;
  append_json(body, event);
  add_body(std::move(body));
}

void SegmentLog::add_gap(std::string_view why) {
  std::string body;
  append_json(body, {.action = Action::gap, .at = std::chrono::system_clock::now(), .note = why, .lab = settings_.lab});
  // Directly behind the header of the next segment, if that is what comes next.
  wanted_.insert(wanted_.begin(), std::move(body));
}

void SegmentLog::look_at(Clock::time_point now) {
  if (now >= headed_ + settings_.head_interval) {
    headed_ = now;
    want_head();
  }
  const bool is_large = file_ && file_->size() >= settings_.segment_bytes;
  if (is_large || now >= began_ + settings_.segment_age) want_rotation();
}

SegmentLog::Clock::time_point SegmentLog::next_demand() const {
  return std::min(headed_ + settings_.head_interval, began_ + settings_.segment_age);
}

void SegmentLog::assemble(Rings rings) {
  head_.clear();
  if (!file_ || file_->size() == 0) {
    rotation_wanted_ = false;  // this is it
    batch_.add_segment_header(settings_.program, key_.public_key(), settings_.lab);
  }
  for (const auto& body : wanted_) batch_.add_body(body);
  batch_.collect(rings, batch_bytes);
  was_full_ = batch_.text().size() >= batch_bytes;
  if (head_wanted_ || (rotation_wanted_ && (!batch_.empty() || lines_since_head_ > 0)))
    head_ = batch_.add_head(key_, settings_.lab);
}

SegmentLog::Outcome SegmentLog::write(Rings rings) {
  events_written_ = 0;
  assemble(rings);
  if (batch_.empty() && rotation_wanted_) {
    file_.reset();  // signed already
    assemble(rings);
  }
  if (batch_.empty()) return Outcome::idle;
  error_ = put_on_disk(rings);
  if (!error_) {
    keep(rings);
    return Outcome::written;
  }
  batch_.take_back();
  for (const auto& ring : rings) ring->rewind();
  return Outcome::failed;
}

std::error_code SegmentLog::find_file() {
  const auto gone = std::make_error_code(std::errc::no_such_file_or_directory);
  if (file_ && file_->is_in_place()) return {};
  // A directory that somebody made anew is not ours, even if its path is.
  if (!lock_->is_in_place()) return gone;
  if (file_) {
    abandon("is gone, and whatever it held; this is what follows line");
    return gone;
  }
  std::error_code error;
  file_ = SegmentFile::create(settings_.directory, batch_.begin().next_seq, error);
  return error;
}

std::error_code SegmentLog::put_on_disk(Rings rings) {
  if (const auto error = find_file()) return error;
  ++batch_number_;
  for (const auto& ring : rings)
    if (ring->holds_unreleased()) ring->mark(batch_number_);
  write_state(batch_.text().size(), false, false);
  if (const auto error = file_->write(batch_.text())) {
    if (!file_->cut())
      abandon(fmt::format("could not be written ({}) nor cut back; again from here on, behind line", error.message()));
    return error;
  }
  if (const auto error = file_->sync()) {
    // Cut or not, the next segment supersedes what is behind the last durable line. Cut, nobody has to know.
    static_cast<void>(file_->cut());
    abandon(fmt::format("could not be put on disk ({}); again from here on, behind line", error.message()));
    return error;
  }
  return {};
}

void SegmentLog::abandon(std::string_view why) {
  ++batch_number_;
  write_state(0, true, false);
  if (file_->size() > 0)
    add_gap(fmt::format("{} {} {}", std::filesystem::path(file_->path()).filename().string(), why,
                        batch_.begin().next_seq - 1));
  file_->discard();
  file_.reset();
}

void SegmentLog::write_state(std::uint64_t bytes, bool abandoned, bool stopped) {
  state_.write({.batch = batch_number_,
                .segment = file_ ? file_->first_seq() : 0,
                .offset = file_ ? file_->size() : 0,
                .bytes = bytes,
                .before = batch_.begin(),
                .after = bytes > 0 ? batch_.end() : batch_.begin(),
                .abandoned = abandoned,
                .stopped = stopped});
}

void SegmentLog::keep(Rings rings) {
  const bool began = file_->size() == batch_.text().size();
  if (began) began_ = Clock::now();
  lines_since_head_ = head_.empty() ? lines_since_head_ + batch_.end().next_seq - batch_.begin().next_seq : 0;
  events_written_ = batch_.events();
  batch_.keep();
  settings_.on_written(batch_.end().next_seq - 1);
  wanted_.clear();
  for (std::size_t i = 0; i < rings.size(); ++i) {
    if (!rings[i]->holds_unreleased()) continue;
    rings[i]->release();
    if (settings_.durability == Durability::fsync) settings_.on_durable(i);
  }
  if (head_.empty()) return;
  head_wanted_ = false;
  headed_ = Clock::now();
  settings_.on_head(head_);
  if (!std::exchange(rotation_wanted_, false)) return;
  file_.reset();
}

void SegmentLog::stop() {
  if (!file_) return;
  ++batch_number_;
  write_state(0, false, true);
  state_.sync();
}

}  // namespace shirgate
