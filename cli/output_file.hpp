// Where a command's answer goes: standard output, or the file that -o names.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "policy/checked.hpp"

namespace shirgate {

class OutputFile {
 public:
  /// An empty path is standard output. The complaint names path and reason.
  [[nodiscard]] static Checked<OutputFile> open(const std::string& path);
  void write(std::string_view text) const;
  /// Call once, at the end: false when not everything could be written, errno says why.
  [[nodiscard]] bool flush() const;

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdout) std::fclose(file);
    }
  };
  explicit OutputFile(std::FILE* file) : file_(file) {}
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace shirgate
