#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "audit/directory_lock.hpp"

namespace shirgate {

namespace {

/// Why the path is no place for evidence; empty where it is, or where it can't be seen, which opening it says better.
std::string distrust(std::string directory) {
  // What stands behind a link's name makes the kernel follow it.
  while (directory.size() > 1 && (directory.ends_with('/') || directory.ends_with("/."))) directory.pop_back();
  struct stat found {};
  if (::lstat(directory.c_str(), &found) != 0) return {};
  if (S_ISLNK(found.st_mode))
    return "is a symbolic link, which whoever owns it can point elsewhere; name the directory";
  if (!S_ISDIR(found.st_mode)) return "is no directory";
  if (found.st_uid != 0 && found.st_uid != ::geteuid())
    return fmt::format("belongs to user {}, who can change what is in it; chown it to the gate's user, {}",
                       found.st_uid, ::geteuid());
  if ((found.st_mode & S_IWOTH) != 0) return "can be written by everybody; chmod o-w it";
  return {};
}

}  // namespace

Checked<std::unique_ptr<DirectoryLock>> DirectoryLock::take(const std::string& directory) {
  std::error_code ignored;  // opening the lock says it better
  std::filesystem::create_directories(directory, ignored);
  if (const auto why = distrust(directory); !why.empty()) return complain(fmt::format("audit: {} {}", directory, why));
  auto path = directory + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
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
