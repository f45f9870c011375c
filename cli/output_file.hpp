// Where a command's answer goes: standard output, or the file that -o names.
#pragma once

#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "policy/checked.hpp"

namespace shirgate {

/// A file is written beside its place and moved there in the end, whole: what was there before stays until then, and
/// for good where anything fails.
class OutputFile {
 public:
  /// An empty path is standard output. The complaint names path and reason: that it can't be written, or that it would
  /// be in one of the directories the answer is read from.
  [[nodiscard]] static Checked<OutputFile> open(const std::string& path,
                                                std::span<const std::string> directories_read = {});
  void write(std::string_view text) const;
  /// Call once, at the end: false when not everything could be written, errno says why.
  [[nodiscard]] bool flush();

 private:
  struct Close {
    std::string draft;  ///< removed with it; empty where there is none, or it is at its place
    void operator()(std::FILE* file) const;
  };
  OutputFile(std::FILE* file, std::string draft, std::string place)
      : file_(file, Close{std::move(draft)}), place_(std::move(place)) {}
  std::unique_ptr<std::FILE, Close> file_;
  std::string place_;
};

}  // namespace shirgate
