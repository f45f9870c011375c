#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "audit/directory_lock.hpp"

namespace shirgate {

Checked<std::unique_ptr<DirectoryLock>> DirectoryLock::take(const std::string& directory) {
  std::error_code ignored;  // opening the lock says it better
  std::filesystem::create_directories(directory, ignored);
  auto path = directory + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return complain(fmt::format("audit: can't open {}: {}", path, std::system_category().message(errno)));
  std::unique_ptr<DirectoryLock> lock(new DirectoryLock(fd, std::move(path)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return complain(fmt::format("audit: {} belongs to another running gate; give each its own directory", directory));
  return lock;
}

bool DirectoryLock::is_in_place() const {
  struct stat here {};
  struct stat there {};
  return ::fstat(file_.get(), &here) == 0 && ::stat(path_.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
         here.st_dev == there.st_dev;
}

}  // namespace shirgate
