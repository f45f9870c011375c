#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <span>
#include <system_error>

#include "cli/init_files.hpp"
#include "config/file_descriptor_linux.hpp"

namespace shirgate {
namespace {

constexpr mode_t mode_of_new_files = 0640;
constexpr std::size_t max_key_bytes = 4096;

Complaint failed(std::string_view what, int error) {
  return complain(fmt::format("{}: {}", what, std::system_category().message(error)));
}

int open_source(const std::string& path) {
  return path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

/// Fills the buffer as far as there is something; how many bytes it got.
Checked<std::size_t> fill(const FileDescriptor& source, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto got = ::read(source.get(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("can't be read", errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

/// On the stack, and wiped in the end: a freed string would leave the key in memory that later turns up elsewhere.
class KeyBuffer {
 public:
  KeyBuffer() = default;
  ~KeyBuffer() { ::explicit_bzero(bytes_.data(), bytes_.size()); }
  KeyBuffer(const KeyBuffer&) = delete;
  KeyBuffer& operator=(const KeyBuffer&) = delete;
  [[nodiscard]] std::span<char> bytes() { return bytes_; }

 private:
  std::array<char, max_key_bytes + 1> bytes_{};
};

/// The temporary file: gone unless it was moved to its place.
class Draft {
 public:
  explicit Draft(std::string pattern) : path_(std::move(pattern)), fd_(::mkostemp(path_.data(), O_CLOEXEC)) {}
  ~Draft() {
    if (fd_.get() >= 0 && !placed_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }

  [[nodiscard]] bool write(std::string_view text) const {
    while (!text.empty()) {
      const auto put = ::write(fd_.get(), text.data(), text.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(put));
    }
    return ::fsync(fd_.get()) == 0;
  }

  [[nodiscard]] bool place_at(const std::string& path, Existing existing) {
    // With RENAME_NOREPLACE, a file that appeared since the look below survives.
    const unsigned flags = existing == Existing::keep ? RENAME_NOREPLACE : 0;
    placed_ = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, path.c_str(), flags) == 0;
    return placed_;
  }

 private:
  std::string path_;
  FileDescriptor fd_;
  bool placed_ = false;
};

Complaint exists_already() { return complain("is there already; --force replaces it"); }

/// Moves survive a crash only when their directory was written too. A failure is no reason to say that nothing was.
void settle(const std::string& directory) {
  const FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) ::fsync(opened.get());
}

}  // namespace

Checked<adf::KeyFacts> read_key(const std::string& path, const adf::Catalogue& catalogue) {
  const FileDescriptor source(open_source(path));
  if (source.get() < 0) return failed("can't be read", errno);
  KeyBuffer key;
  const auto size = fill(source, key.bytes());
  if (size.has_error()) return size.error();
  if (*size > max_key_bytes) return complain(fmt::format("is larger than {} bytes; that is no key", max_key_bytes));
  return adf::parse_ir_key({key.bytes().data(), *size}, catalogue);
}

Checked<std::string> read_source(const std::string& path, std::size_t max_bytes) {
  const FileDescriptor source(open_source(path));
  if (source.get() < 0) return failed("can't be read", errno);
  std::string text(max_bytes + 1, '\0');
  const auto size = fill(source, text);
  if (size.has_error()) return size.error();
  if (*size > max_bytes) return complain(fmt::format("is larger than {} KiB", max_bytes / 1024));
  text.resize(*size);
  return text;
}

Checked<void> write_configuration(const std::string& path, std::string_view text, Existing existing) {
  struct stat old {};
  const bool is_there = ::lstat(path.c_str(), &old) == 0;
  if (is_there && !S_ISREG(old.st_mode)) return complain("is no regular file; name another");
  if (is_there && existing == Existing::keep) return exists_already();
  const auto parent = std::filesystem::path(path).parent_path();
  const auto directory = parent.empty() ? std::string(".") : parent.string();
  Draft draft(directory + "/.shirgate-init-XXXXXX");
  if (draft.fd() < 0) return failed("can't be written", errno);
  // Only root may give a file to any group. Where that fails the writer's own group reads it, as with a new file.
  if (is_there && ::fchown(draft.fd(), static_cast<uid_t>(-1), old.st_gid) != 0) errno = 0;
  const mode_t mode = is_there ? old.st_mode & 0777 : mode_of_new_files;
  if (::fchmod(draft.fd(), mode) != 0 || !draft.write(text)) return failed("can't be written", errno);
  if (!draft.place_at(path, existing)) return errno == EEXIST ? exists_already() : failed("can't be written", errno);
  settle(directory);
  return {};
}

}  // namespace shirgate
