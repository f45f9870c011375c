#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "config/file_descriptor_linux.hpp"
#include "config/read_file.hpp"

namespace shirgate {
namespace {

Complaint cannot_read(int error) {
  return complain(
      fmt::format("can't be read: {}; check the path and who may read it", std::system_category().message(error)));
}

/// Empty when nobody but root, this user and the file's group can have written it.
std::string distrust(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "is not a regular file; name the file itself";
  if ((status.st_mode & S_IWOTH) != 0) return "can be written by everybody; chmod o-w it and check what it says";
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return fmt::format("belongs to user {}, who is neither root nor the user of this process; chown it", status.st_uid);
  return {};
}

enum class Readers : std::uint8_t { anybody, not_everybody };

Checked<std::string> read_file(const std::string& path, std::size_t max_bytes, Readers readers) {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return cannot_read(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return cannot_read(errno);
  if (auto why = distrust(status); !why.empty()) return complain(std::move(why));
  if (readers == Readers::not_everybody && (status.st_mode & S_IROTH) != 0)
    return complain("can be read by everybody; chmod o-r it, and take what it holds for known");
  std::string text;
  std::array<char, 65536> chunk;
  for (;;) {
    const auto got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(errno);
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > max_bytes) return complain(fmt::format("is larger than {} KiB", max_bytes / 1024));
  }
}

}  // namespace

Checked<std::string> read_trusted_file(const std::string& path, std::size_t max_bytes) {
  return read_file(path, max_bytes, Readers::anybody);
}

Checked<std::string> read_secret_file(const std::string& path, std::size_t max_bytes) {
  return read_file(path, max_bytes, Readers::not_everybody);
}

}  // namespace shirgate
