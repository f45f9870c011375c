// Reads the log of one directory from a cursor on, while it is written, compressed and cut off at its old end.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "audit/line.hpp"
#include "audit/segment_reader.hpp"
#include "audit/sinks/cursor.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Hands out whole lines in the order of their numbers, each once, never a torn one, and none that a later segment
/// supersedes. One buffer's worth of memory. One thread.
class Follower {
 public:
  struct Line {
    std::string_view text;  ///< without its end; valid until the next call
    LineFront front;        ///< views into it
  };

  /// `on_trouble` is told where lines are missing: deleted before they were delivered, or damaged.
  Follower(std::string directory, std::function<void(std::string_view)> on_trouble)
      : directory_(std::move(directory)), on_trouble_(std::move(on_trouble)) {}

  /// Goes to the line behind the cursor. One whose line is gone with its segment goes to the oldest there is. A cursor
  /// that points beyond the end, or whose line reads otherwise, belongs to another log; the complaint says so.
  [[nodiscard]] Checked<bool> go_to(const Cursor& cursor);

  /// The next line that is there and not numbered above `up_to`: what the journal has not made durable it may still
  /// take back. Nothing: ask again later.
  [[nodiscard]] std::optional<Line> next(std::uint64_t up_to = std::numeric_limits<std::uint64_t>::max());
  /// Of the last line that was handed out, or was before the first that will be.
  [[nodiscard]] std::uint64_t seq() const { return seq_; }

 private:
  /// Is there a later segment by now, and where does it begin?
  void look_behind();
  /// Forgets what was read and not handed out, from this line or torn tail on: it may have been taken back since, and
  /// up to `up_to` it can't be any more. False where the segment is still the last one, and the file the same.
  [[nodiscard]] bool read_anew(const std::optional<SegmentReader::Line>& from, std::uint64_t up_to);
  /// Opens the segment that follows the current one; false when there is none, or it can't be read now.
  [[nodiscard]] bool open_next();
  /// Opens the segment that holds this line, or should.
  [[nodiscard]] bool open_at(std::uint64_t seq);
  [[nodiscard]] bool open(std::uint64_t first, const std::string& path);
  /// Reads up to the cursor's line, which the segment should hold.
  enum class Found { yes, other, no };
  [[nodiscard]] Found read_up_to(const Cursor& cursor);
  [[nodiscard]] Complaint beyond_the_end(const Cursor& cursor) const;
  /// The line, unless it was delivered, superseded or is none.
  [[nodiscard]] std::optional<Line> judge(const SegmentReader::Line& line);
  void note_hole(std::uint64_t seq);

  std::string directory_;
  std::function<void(std::string_view)> on_trouble_;
  std::uint64_t seq_ = 0;  ///< of the last line that was handed out
  std::optional<SegmentReader> reader_;
  std::string path_;
  std::uint64_t first_ = 0;                                          ///< of the segment being read; 0: none yet
  std::uint64_t limit_ = std::numeric_limits<std::uint64_t>::max();  ///< from here on a later segment holds the lines
  bool is_complete_ = false;   ///< a later segment is there, so this one grows no more
  std::uint64_t trusted_ = 0;  ///< lines up to here were durable before they were read, if a line is in the buffer
};

}  // namespace shirgate
