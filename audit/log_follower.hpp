// The events of one audit directory as they come.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "audit/log_line.hpp"
#include "audit/segment_reader.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Goes on where a new segment begins, also where the one before was compressed and removed meanwhile.
class LogFollower {
 public:
  /// From the end of what is there now, or from its beginning.
  enum class From : std::uint8_t { end, beginning };

  /// The complaint: there is no log.
  [[nodiscard]] static Checked<LogFollower> open(const std::string& directory, From from);

  /// Every event since the last call; lines that are no events are left out. True if there was one.
  bool poll(const std::function<void(const LogLine&)>& each);

 private:
  LogFollower(std::string directory, SegmentReader reader, std::uint64_t first_seq)
      : directory_(std::move(directory)),
        reader_(std::move(reader)),
        first_seq_(first_seq),
        parser_(std::make_unique<LogLineParser>()) {}
  [[nodiscard]] bool read_segment(const std::function<void(const LogLine&)>& each);
  struct Next {
    SegmentReader reader;
    std::uint64_t first_seq;
  };
  /// The segment after the one that is read; nothing when there is none yet.
  [[nodiscard]] std::optional<Next> open_next() const;

  std::string directory_;
  SegmentReader reader_;
  std::uint64_t first_seq_;  ///< of the segment that is read
  std::unique_ptr<LogLineParser> parser_;
};

}  // namespace shirgate
