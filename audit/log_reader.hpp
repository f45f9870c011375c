// Many audit directories read as one log: each line once, in the order of each gate.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log_line.hpp"
#include "audit/seen_lines.hpp"
#include "audit/segment_reader.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// What could not be read. Places are "file:line".
struct LogTroubles {
  static constexpr std::size_t max_listed = 20;
  std::vector<std::string> unreadable{};  ///< whole lines that are no events; the first ones
  std::uint64_t unreadable_count = 0;     ///< all of them
  std::vector<std::string> torn{};        ///< a last line without its end: being written, or cut short by a crash
  std::vector<std::string> broken{};      ///< segments that could not be read, or not to their end, and why
  [[nodiscard]] bool any() const { return unreadable_count > 0 || !broken.empty(); }
};

class LogReader {
 public:
  using Each = std::function<void(const LogLine&)>;
  /// Bytes of the files that were read, and all of them.
  using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

  /// The complaint: there is no log. Named again, a directory is still read once.
  [[nodiscard]] Checked<bool> add_directory(const std::string& directory);

  /// Every event once. A line that a later segment of its directory supersedes is left out, and so is one whose gate
  /// and number were read already, as from a copy.
  void read(const Each& each, const Progress& progress = {});

  [[nodiscard]] const LogTroubles& troubles() const { return troubles_; }

 private:
  struct Segment {
    std::string path;
    std::uint64_t first_seq;
    std::uint64_t superseded_from;  ///< the first line of the next one
    std::string directory;          ///< the gate's name where its lines name none
    std::size_t log;                ///< which gate's it seems to be, of logs_
  };
  struct Gate {
    std::uint32_t log = 0;
    SeenLines seen;
  };

  [[nodiscard]] std::size_t log_in(const std::vector<std::string>& paths, const std::string& directory);
  void read_segment(const Segment& segment, const Each& each, const Progress& progress);
  void read_line(const Segment& segment, const SegmentReader::Line& line, const Each& each);
  [[nodiscard]] Gate& gate_of(const Segment& segment, std::string_view name);
  void note_unreadable(const Segment& segment, std::uint64_t line);

  std::vector<std::string> directories_;  ///< as the file system names them
  std::vector<std::string> logs_;         ///< gates, or directories whose lines name none, as they were added
  std::vector<Segment> segments_;
  std::map<std::string, Gate, std::less<>> gates_;
  Gate* gate_ = nullptr;  ///< of the last line
  std::string gate_name_;
  LogLineParser parser_;
  LogTroubles troubles_;
  std::uint64_t bytes_total_ = 0;
  std::uint64_t bytes_before_ = 0;  ///< of the segments that are done
};

}  // namespace shirgate
