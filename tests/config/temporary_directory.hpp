// A directory of one's own, gone at the end.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace shirgate::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "shirgate_config_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string path(std::string_view name) const { return path_ + '/' + std::string(name); }

  /// A file that only its owner may write, whatever the umask; its path.
  [[nodiscard]] std::string file(std::string_view name, std::string_view text) const {
    const auto where = path(name);
    std::ofstream(where, std::ios::binary) << text;
    if (::chmod(where.c_str(), 0644) != 0) throw std::runtime_error("chmod " + where);
    return where;
  }

 private:
  std::string path_;
};

}  // namespace shirgate::test
