// A directory of one's own under the system's place for such, gone with the object.
#pragma once

#include <filesystem>
#include <string_view>

namespace shirgate::lab {

class TemporaryDirectory {
 public:
  /// Readable by its owner only. Throws std::system_error.
  explicit TemporaryDirectory(std::string_view prefix);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace shirgate::lab
