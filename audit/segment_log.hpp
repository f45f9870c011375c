// The segments of one directory, written batch by batch.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "audit/batch.hpp"
#include "audit/directory_lock.hpp"
#include "audit/journal_settings.hpp"
#include "audit/journal_state.hpp"
#include "audit/segment_file.hpp"

namespace shirgate {

/// A batch is on disk as a whole, or it is taken back and its events are still in the rings; a crash in between is
/// resolved by what stands in the state. A file whose fdatasync failed is never written again: the next segment
/// supersedes whatever the disk kept of the batch. One thread.
class SegmentLog {
 public:
  using Clock = std::chrono::steady_clock;
  using Rings = std::span<const std::unique_ptr<Ring>>;
  enum class Outcome : std::uint8_t { idle, written, failed };

  struct Parts {
    std::unique_ptr<DirectoryLock> lock;
    SigningKey key;
    JournalState state;
    Batch batch;
    std::unique_ptr<SegmentFile> file;  ///< to go on with; none: a new segment begins
    bool head_is_last = false;          ///< of that file
  };
  /// The settings stay the caller's.
  SegmentLog(const JournalSettings& settings, Parts parts);

  /// Asks for a line of the journal's own in the next batch.
  void add(const Event& event);
  void add_body(std::string body) { wanted_.push_back(std::move(body)); }
  void add_gap(std::string_view why);
  /// Asks for a head behind the next batch, and for a new segment after that.
  void want_head() { head_wanted_ = head_wanted_ || lines_since_head_ > 0; }
  void want_rotation() { rotation_wanted_ = true; }
  /// Asks for what the clock demands.
  void look_at(Clock::time_point now);
  /// When the clock will demand something.
  [[nodiscard]] Clock::time_point next_demand() const;

  /// Writes one batch, of at most about a mebibyte, from what is wanted and what is in the rings. Idle: nothing was.
  [[nodiscard]] Outcome write(Rings rings);
  /// Ends the log in order: nothing may have been left behind.
  void stop();

  [[nodiscard]] const std::error_code& error() const { return error_; }
  /// After a failure: true when trying again at once may help, because it will be in another file.
  [[nodiscard]] bool begins_anew() const { return !file_; }
  /// Writers' events in the last batch that was written.
  [[nodiscard]] std::size_t events_written() const { return events_written_; }
  [[nodiscard]] const LiveTunnels& live() const { return batch_.live(); }
  /// True while there is a batch's worth left after a batch.
  [[nodiscard]] bool was_full() const { return was_full_; }
  /// The number of the first line of the segment that is being written; 0 between two.
  [[nodiscard]] std::uint64_t current_segment() const { return file_ && file_->size() > 0 ? file_->first_seq() : 0; }
  [[nodiscard]] std::string current_path() const { return file_ ? file_->path() : std::string(); }

 private:
  static constexpr std::size_t batch_bytes = std::size_t{1} << 20;

  void assemble(Rings rings);
  [[nodiscard]] std::error_code find_file();
  [[nodiscard]] std::error_code put_on_disk(Rings rings);
  /// Nothing more goes into the current file.
  void abandon(std::string_view why);
  void keep(Rings rings);
  void write_state(std::uint64_t bytes, bool abandoned, bool stopped);

  const JournalSettings& settings_;
  std::unique_ptr<DirectoryLock> lock_;
  SigningKey key_;
  JournalState state_;
  Batch batch_;
  std::unique_ptr<SegmentFile> file_;
  std::uint64_t batch_number_;
  std::vector<std::string> wanted_;  ///< bodies of the journal's own lines
  bool head_wanted_ = false;
  bool rotation_wanted_ = false;
  bool was_full_ = false;
  std::size_t events_written_ = 0;
  std::uint64_t lines_since_head_ = 0;
  std::string head_;  ///< what on_head is told once the batch is kept
  std::error_code error_;
  Clock::time_point began_;   ///< the current segment
  Clock::time_point headed_;  ///< the last head
};

}  // namespace shirgate
