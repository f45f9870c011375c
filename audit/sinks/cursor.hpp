// How far a sink has come, over restarts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "certs/digest.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// The last line that was delivered. Number 0: none was.
struct Cursor {
  std::uint64_t seq = 0;
  Sha256Digest hash{};  ///< of that line, so that a cursor is known to belong to this log
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

/// DIRECTORY/cursors/<sink's name>: one line, "<seq> <hash>". Replaced as a whole, or it stays as it was.
class CursorFile {
 public:
  CursorFile(const std::string& directory, const std::string& sink);

  /// Nothing where there is no such file. One that can't be understood is a complaint with the remedy: starting over in
  /// silence would send a whole log again.
  [[nodiscard]] Checked<std::optional<Cursor>> read() const;
  /// On disk when this returns true.
  [[nodiscard]] Checked<bool> write(const Cursor& cursor) const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

}  // namespace shirgate
