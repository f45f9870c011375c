// A disk that takes no more, played with this process's limit on the size of files: whoever writes to one is told that
// it may not grow, the gate's journal as well as a standard output that is a file. Memory that is mapped from files
// still works, as it does on a full disk. One at a time.
#pragma once

#include <sys/resource.h>

namespace shirgate::lab {

class FullDisk {
 public:
  /// Full from here on. Throws std::system_error.
  FullDisk();
  /// Has room again.
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

}  // namespace shirgate::lab
