// A small file in memory, shared with the kernel: what was stored there outlives the process, however it dies.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "policy/checked.hpp"

namespace shirgate {

/// Its room on disk is taken when it is made, so that no store ever meets a full disk. Whoever truncates the file under
/// it kills the process; the directory is the gate's alone.
class MappedFile {
 public:
  /// Makes the file anew, filled with zeros; what had the name is gone. The complaint says which path and why.
  [[nodiscard]] static Checked<MappedFile> create(const std::string& path, std::size_t size);
  /// A file that is there, whole.
  [[nodiscard]] static Checked<MappedFile> open(const std::string& path);

  [[nodiscard]] char* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return bytes_.get_deleter().size; }

  /// Gives the memory of these bytes back; they stay in the file and come back when they are touched.
  void drop(std::size_t from, std::size_t bytes) const;
  /// Puts everything on disk. False when the disk refuses.
  [[nodiscard]] bool sync() const;

 private:
  struct Unmap {
    std::size_t size = 0;
    void operator()(char* bytes) const;
  };
  using Bytes = std::unique_ptr<char, Unmap>;
  explicit MappedFile(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] static Checked<MappedFile> map(int fd, const std::string& path, std::size_t size);

  Bytes bytes_;
};

}  // namespace shirgate
