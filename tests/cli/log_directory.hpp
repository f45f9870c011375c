// Audit directories as tests of the commands want them.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "audit/json_line.hpp"
#include "audit/log_reader.hpp"
#include "audit/segment.hpp"

namespace shirgate::test {

/// An audit directory of one's own with one segment, gone at the end.
class LogDirectory {
 public:
  LogDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "shirgate_log_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = pattern;
  }
  ~LogDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

  void clear() const { std::filesystem::remove(segment_path(path_, 1)); }

  /// The next event; `more` are further keys, as `"key":value,...`.
  void add(std::string_view action, std::string_view more) {
    ++seq_;
    std::ofstream(segment_path(path_, 1), std::ios::app)
        << fmt::format(R"({{"shirgate.seq":{},"@timestamp":"2026-11-22T10:00:{:02}.000Z","event.action":"{}",{}}})"
                       "\n",
                       seq_, seq_ % 60, action, more);
  }

  /// A tunnel to host:port that opened.
  void add_open(std::string_view client, std::string_view host, int port, std::string_view more = {}) {
    add("open", fmt::format(R"("shirgate.runtime":"prod","source.ip":"{}","destination.domain":"{}",)"
                            R"("destination.port":{}{})",
                            client, host, port, more));
  }

  template <class Each>
  void read(Each each) const {
    LogReader reader;
    if (reader.add_directory(path_).has_error()) throw std::runtime_error("no log in " + path_);
    reader.read([&](const LogLine& line) { each(line); });
    if (reader.troubles().any()) throw std::runtime_error("unreadable lines in " + path_);
  }

 private:
  std::string path_;
  std::uint64_t seq_ = 0;
};

/// A member of a line, escaped as the gate escapes it: `,"key":"value"`.
inline std::string member(std::string_view key, std::string_view value) {
  std::string line;
  JsonLine(line).text(key, value);
  return "," + line.substr(1);
}

}  // namespace shirgate::test
