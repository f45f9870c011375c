#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "audit/segment_file.hpp"
#include "audit/sinks/cursor.hpp"
#include "certs/signing_key.hpp"
#include "config/file_descriptor_linux.hpp"
#include "config/replace_file.hpp"

namespace shirgate {
namespace {

Complaint can_not(std::string_view what, const std::string& path, int error) {
  return complain(fmt::format("audit: can't {} {}: {}", what, path, std::strerror(error)));
}

std::optional<Cursor> parse(std::string_view text) {
  Cursor cursor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor.seq);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(' ') || !text.ends_with('\n')) return std::nullopt;
  if (!from_hex(text.substr(1, text.size() - 2), cursor.hash)) return std::nullopt;
  return cursor;
}

}  // namespace

CursorFile::CursorFile(const std::string& directory, const std::string& sink)
    : folder_(directory + "/cursors"), path_(folder_ + '/' + sink) {}

Checked<std::optional<Cursor>> CursorFile::read() const {
  const FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.get() < 0 && errno == ENOENT) return std::optional<Cursor>();
  if (file.get() < 0) return can_not("read", path_, errno);
  std::array<char, 128> buffer{};
  const auto size = ::read(file.get(), buffer.data(), buffer.size());
  if (size < 0) return can_not("read", path_, errno);
  const auto cursor = parse({buffer.data(), static_cast<std::size_t>(size)});
  if (!cursor)
    return complain(
        fmt::format("audit: {} is damaged, so how far the sink has come is not known; write \"<number> <hash>\" of the "
                    "last line its receiver has, or remove the file to deliver the whole log again",
                    path_));
  return cursor;
}

Checked<bool> CursorFile::write(const Cursor& cursor) const {
  std::error_code error;
  if (std::filesystem::create_directory(folder_, error)) error = sync_directory(folder_ + "/..");
  if (error) return can_not("make", folder_, error.value());
  error = replace_file(path_, fmt::format("{} {}\n", cursor.seq, to_hex(cursor.hash)), 0640);
  if (error) return can_not("write", path_, error.value());
  if (const auto failed = sync_directory(folder_)) return can_not("sync", folder_, failed.value());
  return true;
}

}  // namespace shirgate
