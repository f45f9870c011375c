#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "certs/signing_key.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_key_bytes = 4096;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Complaint can_not(std::string_view what, const std::string& path) {
  return complain(fmt::format("can't {} {}: {}", what, path, std::system_category().message(errno)));
}

File open_file(const std::string& path, int flags, const char* mode) {
  const int fd = ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, 0600);
  return File(fd < 0 ? nullptr : ::fdopen(fd, mode));
}

/// Empty when nobody else can have read the key.
std::string distrust(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "is not a regular file; name the file itself";
  if ((status.st_mode & 077) != 0)
    return "can be read by others than its owner; chmod 600, and make a new one if in doubt";
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    return fmt::format("belongs to user {}, who is neither root nor the user of this process; chown it", status.st_uid);
  return {};
}

}  // namespace

Checked<SigningKey> SigningKey::load(const std::string& path) {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  const auto file = open_file(path, O_RDONLY | O_NONBLOCK, "re");
  if (!file) return can_not("read", path);
  struct stat status {};
  if (::fstat(::fileno(file.get()), &status) != 0) return can_not("read", path);
  if (const auto why = distrust(status); !why.empty()) return complain(path + ' ' + why);
  std::string text(max_key_bytes, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  auto key = from_pem(text);
  if (key.has_error()) return complain(path + ' ' + key.error().text());
  return key;
}

Checked<bool> SigningKey::save(const std::string& path) const {
  const auto file = open_file(path, O_WRONLY | O_CREAT | O_EXCL, "we");
  if (!file) return can_not("make", path);
  const auto text = pem();
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fflush(file.get()) != 0 ||
      ::fsync(::fileno(file.get())) != 0)
    return can_not("write", path);
  return true;
}

}  // namespace shirgate
