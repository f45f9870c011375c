// Reads one segment of the audit log, plain or compressed, line by line.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/checked.hpp"

struct ZSTD_DCtx_s;

namespace shirgate {

/// Hands out views into its buffer, so that a line is copied only where a read cut it in two. Memory is bounded
/// whatever the file holds. Reads what is there when it is asked: at the end of a plain segment that is still being
/// written, ask again later.
class SegmentReader {
 public:
  /// A longer line is no line of ours.
  static constexpr std::size_t max_line_bytes = std::size_t{64} * 1024;
  /// So many bytes behind each line's end may be read, though they mean nothing: what a vectorised parser asks for.
  static constexpr std::size_t padding = 64;

  struct Line {
    std::string_view text;       ///< without its end; empty where `too_long`. Valid until the next call
    std::uint64_t number = 0;    ///< the first is 1
    std::uint64_t position = 0;  ///< of its first byte in the text of the segment
    bool too_long = false;       ///< more than max_line_bytes, skipped
  };

  /// Compressed or not is told by the name. The complaint names path and reason.
  [[nodiscard]] static Checked<SegmentReader> open(const std::string& path);

  /// The next whole line; nothing at the end of what is there.
  [[nodiscard]] std::optional<Line> next();

  /// What stands behind the last line end, once next() has found no more: a line that is being written, or that a
  /// crash cut short. Its text is valid until the next call.
  [[nodiscard]] std::optional<Line> torn_tail() const;

  /// Reads anew from this line or torn tail on, which was handed out last: what is not durable yet may have been taken
  /// back and written otherwise. Does nothing to a compressed segment, which is final.
  void go_back_to(const Line& line);

  /// False when the path leads to another file by now, or to none.
  [[nodiscard]] bool is_at(const std::string& path) const;

  /// Why no more can be read although the file goes on or should; empty where nothing is wrong.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  /// Of the file, compressed or not, for whoever shows progress.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
  /// As it was when the file was opened.
  [[nodiscard]] std::uint64_t bytes_total() const { return bytes_total_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  SegmentReader() = default;

  /// More bytes behind those in the buffer; false when there are none.
  [[nodiscard]] bool fill();
  [[nodiscard]] std::size_t read_file(char* into, std::size_t room);
  [[nodiscard]] std::size_t decompress(char* into, std::size_t room);
  /// The text from begin_ to `end`, which is the line's end.
  [[nodiscard]] Line take_line(std::size_t end);

  std::unique_ptr<std::FILE, CloseFile> file_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> context_;  ///< of a compressed segment
  std::vector<char> compressed_;
  std::size_t compressed_begin_ = 0;
  std::size_t compressed_end_ = 0;
  bool inside_frame_ = false;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;     ///< of the line that comes next
  std::size_t searched_ = 0;  ///< no line end before here
  std::size_t end_ = 0;
  bool skipping_ = false;  ///< inside a line that is too long
  std::uint64_t lines_ = 0;
  std::uint64_t position_ = 0;    ///< of begin_ in the text
  std::uint64_t line_began_ = 0;  ///< where the line being skipped began
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_total_ = 0;
  std::string trouble_;
};

}  // namespace shirgate
