#include "faulty_disk.hpp"

#include <fcntl.h>
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdarg>
#include <mutex>
#include <optional>

namespace shirgate::test {
namespace {

std::mutex mutex;
bool in_force = false;
bool struck = false;
std::vector<Fault> in_hand;
std::array<std::uint64_t, 9> counts{};

/// What happens to the call that is being made.
std::optional<int> strike(Call call) {
  const std::scoped_lock lock(mutex);
  if (!in_force) return std::nullopt;
  ++counts[static_cast<std::size_t>(call)];
  ++counts[static_cast<std::size_t>(Call::any)];
  for (const auto& fault : in_hand) {
    if (fault.call != call && fault.call != Call::any) continue;
    const auto number = counts[static_cast<std::size_t>(fault.call)];
    if (number < fault.first || number - fault.first >= fault.times) continue;
    struck = true;
    return fault.error;
  }
  return std::nullopt;
}

}  // namespace

FaultyDisk::FaultyDisk(std::vector<Fault> faults) {
  const std::scoped_lock lock(mutex);
  in_hand = std::move(faults);
  counts = {};
  struck = false;
  in_force = true;
}

FaultyDisk::~FaultyDisk() {
  const std::scoped_lock lock(mutex);
  in_force = false;
}

std::uint64_t FaultyDisk::calls(Call call) {
  const std::scoped_lock lock(mutex);
  return counts[static_cast<std::size_t>(call)];
}

bool FaultyDisk::has_struck() {
  const std::scoped_lock lock(mutex);
  return struck;
}

}  // namespace shirgate::test

using shirgate::test::Call;
using shirgate::test::strike;

// Names that the linker gives. NOLINTBEGIN
extern "C" {

ssize_t __real_write(int, const void*, size_t);
ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  const auto fault = strike(Call::write);
  if (!fault) return __real_write(fd, bytes, size);
  if (*fault == 0) return __real_write(fd, bytes, (size + 1) / 2);
  errno = *fault;
  return -1;
}

ssize_t __real_pwrite(int, const void*, size_t, off_t);
ssize_t __wrap_pwrite(int fd, const void* bytes, size_t size, off_t at) {
  const auto fault = strike(Call::pwrite);
  if (!fault) return __real_pwrite(fd, bytes, size, at);
  if (*fault == 0) return __real_pwrite(fd, bytes, (size + 1) / 2, at);
  // A disk that fails has often taken some of it.
  if (*fault != EINTR) __real_pwrite(fd, bytes, size / 2, at);
  errno = *fault;
  return -1;
}

#define SHIRGATE_WRAP(name, parameters, arguments)             \
  int __real_##name parameters;                                \
  int __wrap_##name parameters {                               \
    const auto fault = strike(Call::name);                     \
    if (!fault || *fault == 0) return __real_##name arguments; \
    errno = *fault;                                            \
    return -1;                                                 \
  }
SHIRGATE_WRAP(fdatasync, (int fd), (fd))
SHIRGATE_WRAP(fsync, (int fd), (fd))
SHIRGATE_WRAP(rename, (const char* from, const char* to), (from, to))
SHIRGATE_WRAP(ftruncate, (int fd, off_t size), (fd, size))

int __real_posix_fallocate(int, off_t, off_t);
int __wrap_posix_fallocate(int fd, off_t from, off_t size) {
  const auto fault = strike(Call::posix_fallocate);
  return fault && *fault != 0 ? *fault : __real_posix_fallocate(fd, from, size);
}

int __real_open(const char*, int, ...);
int __wrap_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : mode_t{};
  va_end(arguments);
  const auto fault = strike(Call::open);
  if (!fault || *fault == 0) return __real_open(path, flags, mode);
  errno = *fault;
  return -1;
}
}
// NOLINTEND
