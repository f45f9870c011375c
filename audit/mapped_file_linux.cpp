#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "audit/mapped_file.hpp"
#include "config/file_descriptor_linux.hpp"

namespace shirgate {
namespace {

Complaint can_not(std::string_view what, const std::string& path, int error) {
  return complain(fmt::format("audit: can't {} {}: {}", what, path, std::system_category().message(error)));
}

}  // namespace

void MappedFile::Unmap::operator()(char* bytes) const { ::munmap(bytes, size); }

Checked<MappedFile> MappedFile::create(const std::string& path, std::size_t size) {
  // The old file is unlinked, not truncated: somebody may still have it mapped.
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return can_not("replace", path, errno);
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (file.get() < 0) return can_not("make", path, errno);
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(file.get(), 0, static_cast<off_t>(size));
  if (error != 0) {
    ::unlink(path.c_str());
    return can_not(fmt::format("set {} KiB aside in", size / 1024), path, error);
  }
  return map(file.get(), path, size);
}

Checked<MappedFile> MappedFile::open(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) return can_not("open", path, errno);
  if (!S_ISREG(status.st_mode)) return complain(fmt::format("audit: {} is no regular file", path));
  return map(file.get(), path, static_cast<std::size_t>(status.st_size));
}

Checked<MappedFile> MappedFile::map(int fd, const std::string& path, std::size_t size) {
  if (size == 0) return complain(fmt::format("audit: {} is empty", path));
  void* const bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (bytes == MAP_FAILED) return can_not("map", path, errno);  // NOLINT
  return MappedFile(Bytes(static_cast<char*>(bytes), Unmap{size}));
}

void MappedFile::drop(std::size_t from, std::size_t bytes) const {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  // The mapping begins on a page. To drop a byte too many costs nothing but time, as it comes back from the file.
  const auto first = from / page * page;
  const auto end = (from + bytes) / page * page;
  if (end > first) ::madvise(data() + first, end - first, MADV_DONTNEED);
}

bool MappedFile::sync() const { return ::msync(data(), size(), MS_SYNC) == 0; }

}  // namespace shirgate
