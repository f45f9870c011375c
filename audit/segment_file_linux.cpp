#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "audit/segment.hpp"
#include "audit/segment_file.hpp"

namespace shirgate {
namespace {

std::error_code last_error() { return {errno, std::system_category()}; }

}  // namespace

std::unique_ptr<SegmentFile> SegmentFile::create(const std::string& directory, std::uint64_t first_seq,
                                                 std::error_code& error) {
  auto path = segment_path(directory, first_seq);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
  if (fd < 0) {
    error = last_error();
    return nullptr;
  }
  std::unique_ptr<SegmentFile> file(new SegmentFile(fd, std::move(path), first_seq, 0));
  error = sync_directory(directory);
  if (!error) return file;
  file->discard();
  return nullptr;
}

std::unique_ptr<SegmentFile> SegmentFile::reopen(const std::string& path, std::uint64_t size, std::error_code& error) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    error = last_error();
    return nullptr;
  }
  std::unique_ptr<SegmentFile> file(new SegmentFile(fd, path, first_seq_of(path).value_or(0), size));
  if (file->cut()) return file;
  error = last_error();
  return nullptr;
}

std::error_code SegmentFile::write(std::string_view lines) {
  while (!lines.empty()) {
    const auto n = ::pwrite(file_.get(), lines.data(), lines.size(), static_cast<off_t>(size_ + written_));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error();
    if (n == 0) return std::make_error_code(std::errc::io_error);
    written_ += static_cast<std::uint64_t>(n);
    lines.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

std::error_code SegmentFile::sync() {
  if (::fdatasync(file_.get()) != 0) return last_error();
  size_ += written_;
  written_ = 0;
  return {};
}

bool SegmentFile::cut() {
  int result = 0;
  do result = ::ftruncate(file_.get(), static_cast<off_t>(size_));
  while (result != 0 && errno == EINTR);
  if (result == 0) written_ = 0;
  return result == 0;
}

void SegmentFile::discard() {
  if (size_ == 0 && is_in_place()) ::unlink(path_.c_str());
}

bool SegmentFile::is_in_place() const {
  struct stat here {};
  struct stat there {};
  return ::fstat(file_.get(), &here) == 0 && ::lstat(path_.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
         here.st_dev == there.st_dev;
}

std::error_code sync_directory(const std::string& directory) {
  const FileDescriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return last_error();
  return {};
}

}  // namespace shirgate
