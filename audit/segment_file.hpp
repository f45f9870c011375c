// The segment that is being written.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "config/file_descriptor_linux.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Knows how much of the file is on disk, and writes only behind that.
class SegmentFile {
 public:
  /// Makes the file and puts its name on disk. Nothing is overwritten. On failure `error` says why.
  [[nodiscard]] static std::unique_ptr<SegmentFile> create(const std::string& directory, std::uint64_t first_seq,
                                                           std::error_code& error);
  /// A file that is there, of which `size` bytes are whole lines; whatever is behind them is cut off.
  [[nodiscard]] static std::unique_ptr<SegmentFile> reopen(const std::string& path, std::uint64_t size,
                                                           std::error_code& error);

  /// Behind what is on disk; call sync() after it. The error where it could not be written whole.
  [[nodiscard]] std::error_code write(std::string_view lines);
  /// Puts what was written on disk. After an error nothing may be written to this file any more: the kernel may have
  /// forgotten what it could not write, and would call a second try a success.
  [[nodiscard]] std::error_code sync();
  /// Cuts the file to what is on disk. False when that can't be done.
  [[nodiscard]] bool cut();
  /// Removes the file, where nothing of it is on disk.
  void discard();

  /// False when the name no longer leads to this file.
  [[nodiscard]] bool is_in_place() const;
  [[nodiscard]] std::uint64_t first_seq() const { return first_seq_; }
  /// Of what is on disk.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SegmentFile(int fd, std::string path, std::uint64_t first_seq, std::uint64_t size)
      : file_(fd), path_(std::move(path)), first_seq_(first_seq), size_(size) {}

  FileDescriptor file_;
  std::string path_;
  std::uint64_t first_seq_;
  std::uint64_t size_;
  std::uint64_t written_ = 0;  ///< behind that, and not yet on disk
};

/// Puts the names in a directory on disk.
[[nodiscard]] std::error_code sync_directory(const std::string& directory);

}  // namespace shirgate
