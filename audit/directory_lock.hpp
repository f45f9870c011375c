// A directory belongs to one gate at a time.
#pragma once

#include <memory>
#include <string>

#include "config/file_descriptor_linux.hpp"
#include "policy/checked.hpp"

namespace shirgate {

class DirectoryLock {
 public:
  /// Creates the directory if need be. The complaint says which path and why.
  [[nodiscard]] static Checked<std::unique_ptr<DirectoryLock>> take(const std::string& directory);
  /// False when the path leads elsewhere by now: the directory was moved, unmounted or made anew.
  [[nodiscard]] bool is_in_place() const;

 private:
  DirectoryLock(int fd, std::string path) : file_(fd), path_(std::move(path)) {}

  FileDescriptor file_;
  std::string path_;
};

}  // namespace shirgate
