// A log as a journal leaves it, written by hand: chained lines in segments of the test's choice.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "audit/chain.hpp"
#include "audit/segment.hpp"
#include "segment_writing.hpp"

namespace shirgate::test {

inline constexpr auto gate_of_the_test = "00c0ffee00c0ffee";

class LogWriter {
 public:
  explicit LogWriter(std::string directory) : directory_(std::move(directory)) { begin_segment(); }

  /// The next line goes into a segment of its own name.
  void begin_segment() { path_ = segment_path(directory_, chain_.end().next_seq); }
  void take_back_to(const ChainEnd& end) { chain_.go_back_to(end); }
  /// As after a failed fdatasync: goes back to this number and begins a segment there.
  void go_back_to(const ChainEnd& end) {
    chain_.go_back_to(end);
    begin_segment();
  }
  std::string add(const std::string& action = "progress", const std::string& time = "2026-11-22T10:00:00.000Z",
                  const std::string& more = "") {
    std::string line;
    chain_.append(line, fmt::format(R"({{"@timestamp":"{}","event.action":"{}"{}}})", time, action, more));
    if (line.ends_with('\n')) line.pop_back();
    put(line + '\n');
    return line;
  }
  std::vector<std::string> add_many(int count) {
    std::vector<std::string> lines;
    for (int i = 0; i < count; ++i) lines.push_back(add());
    return lines;
  }
  /// Bytes as they are.
  void put(const std::string& bytes) const { std::ofstream(path_, std::ios::app | std::ios::binary) << bytes; }
  /// The way the journal does it: whole, under another name, then the plain file goes.
  static void compress(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    write_file(path + ".zst.new", compressed(text));
    std::filesystem::rename(path + ".zst.new", path + ".zst");
    std::filesystem::remove(path);
  }
  [[nodiscard]] const ChainEnd& end() const { return chain_.end(); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  std::string path_;
  Chain chain_{gate_of_the_test, {}};
};

}  // namespace shirgate::test
