#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/output_file.hpp"

namespace shirgate {
namespace {

namespace fs = std::filesystem;

Complaint can_not_be_written(const std::string& path) {
  return complain(fmt::format("{}: can't be written: {}", path, std::strerror(errno)));
}

/// The bits a new file gets: the process's mask can only be read by setting it.
mode_t mode_of_new_files() {
  const auto mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

/// Where links lead to, so that the file is replaced and not the link; empty where that can't be known, as of
/// /dev/stdout when it is a file that was deleted.
fs::path place_of(const std::string& path) {
  std::error_code error;
  auto place = fs::weakly_canonical(path, error);
  return error ? fs::path() : place;
}

bool is_in(const fs::path& place, const std::string& directory) {
  std::error_code ignored;
  const auto parent = place.parent_path();
  return fs::equivalent(parent.empty() ? "." : parent, directory, ignored);
}

}  // namespace

void OutputFile::Close::operator()(std::FILE* file) const {
  if (file != stdout) std::fclose(file);
  if (!draft.empty()) ::unlink(draft.c_str());
}

Checked<OutputFile> OutputFile::open(const std::string& path, std::span<const std::string> directories_read) {
  if (path.empty()) return OutputFile(stdout, {}, {});
  const auto place = place_of(path);
  for (const auto& directory : directories_read)
    if (is_in(place, directory))
      return complain(fmt::format("{}: is in an audit directory that is read; name another place", path));
  struct stat old {};
  const bool is_there = ::stat(path.c_str(), &old) == 0;
  if (is_there && (place.empty() || !S_ISREG(old.st_mode))) {  // a device or a pipe, which nothing can be moved to
    auto* file = std::fopen(path.c_str(), "we");
    if (file == nullptr) return can_not_be_written(path);
    return OutputFile(file, {}, {});
  }
  if (place.empty()) return complain(fmt::format("{}: no such place", path));
  auto draft = place.string() + ".XXXXXX";
  const int fd = ::mkostemp(draft.data(), O_CLOEXEC);
  if (fd < 0) return can_not_be_written(path);
  // Whoever could read the old one still can. Only root may give files away, and anybody to the own group.
  const bool is_same_owner = !is_there || ::fchown(fd, old.st_uid, old.st_gid) == 0;
  const bool readable = is_same_owner && ::fchmod(fd, is_there ? old.st_mode & 0777 : mode_of_new_files()) == 0;
  auto* file = readable ? ::fdopen(fd, "w") : nullptr;
  if (file != nullptr) return OutputFile(file, std::move(draft), place.string());
  auto complaint = can_not_be_written(path);
  ::close(fd);
  ::unlink(draft.c_str());
  return complaint;
}

void OutputFile::write(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), file_.get()); }

bool OutputFile::flush() {
  if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0) return false;
  auto& draft = file_.get_deleter().draft;
  if (draft.empty()) return true;
  if (::fsync(::fileno(file_.get())) != 0 || std::rename(draft.c_str(), place_.c_str()) != 0) return false;
  draft.clear();
  return true;
}

}  // namespace shirgate
