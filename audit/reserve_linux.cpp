#include <fcntl.h>
#include <unistd.h>

#include "audit/reserve.hpp"
#include "config/file_descriptor_linux.hpp"

namespace shirgate {

bool Reserve::hold() {
  if (held_) return true;
  const FileDescriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640));
  held_ = file.get() >= 0 && ::posix_fallocate(file.get(), 0, bytes) == 0;
  // Half a reserve would only be in the way of what it is for.
  if (!held_) ::unlink(path_.c_str());
  return held_;
}

void Reserve::give_up() {
  ::unlink(path_.c_str());
  held_ = false;
}

}  // namespace shirgate
