// A segment read from its first line on: what of it is a log, and what the log says.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "audit/chain.hpp"
#include "audit/event.hpp"
#include "audit/live_tunnels.hpp"
#include "policy/checked.hpp"

namespace shirgate {

struct ReadLimit {
  std::uint64_t offset = std::numeric_limits<std::uint64_t>::max();  ///< lines that begin there or later are not read
  std::uint64_t seq = std::numeric_limits<std::uint64_t>::max();     ///< nor are these
};

/// What stands behind the whole, chained lines of a segment.
enum class Tail : std::uint8_t {
  none,
  torn,      ///< a line without its end
  hole,      ///< bytes that a crash of the machine never put on disk, and perhaps lines behind them
  cut_away,  ///< lines beyond the limit
  strange,   ///< whole lines that do not belong there
};

struct SegmentContents {
  bool header_is_whole = false;  ///< the segment line, and every tunnel it announces
  std::string gate;
  ChainEnd end{};           ///< behind the last line that was read
  LiveTunnels live{};       ///< there
  std::uint64_t bytes = 0;  ///< of the lines that were read
  bool head_is_last = false;
  Tail tail = Tail::none;
  std::uint64_t bad_line = 0;  ///< number in the file, where the tail is strange
  std::string why{};           ///< and what is wrong with it
};

/// The complaint names a file that can't be read at all, or that an older version wrote.
[[nodiscard]] Checked<SegmentContents> read_segment(const std::string& path, const ReadLimit& limit);

/// The end that nobody could write, for each of these tunnels: with what its opening says, where one of the files has
/// it. Bodies of lines.
[[nodiscard]] std::vector<std::string> torn_bodies(const LiveTunnels& live, const std::vector<std::string>& paths,
                                                   WallTime now, bool lab);

}  // namespace shirgate
