#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "config/file_descriptor_linux.hpp"
#include "config/replace_file.hpp"

namespace shirgate {
namespace {

/// The text is small: one write, or none.
int write_whole(const std::string& path, std::string_view text, unsigned mode) {
  // What a killed process left, or somebody put there: a pipe would block.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno;
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0 || ::fchmod(file.get(), mode) != 0) return errno;
  errno = ENOSPC;
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return errno;
  return ::fsync(file.get()) == 0 ? 0 : errno;
}

}  // namespace

std::error_code replace_file(const std::string& path, std::string_view text, unsigned mode) {
  const auto unfinished = path + ".new";
  if (const int failed = write_whole(unfinished, text, mode); failed != 0) return {failed, std::system_category()};
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) return {errno, std::system_category()};
  return {};
}

}  // namespace shirgate
