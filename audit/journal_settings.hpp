// How a journal is to behave.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace shirgate {

/// Which old segments go. Zero: no limit.
struct Retention {
  std::chrono::seconds age{0};            ///< what ended longer ago goes
  std::uint64_t bytes = 0;                ///< the oldest go until all together are no larger
  std::chrono::seconds keep_at_least{0};  ///< what ended later stays, whatever the limits say
};

struct JournalSettings {
  std::string directory;
  std::chrono::milliseconds group{100};
  std::size_t writers = 1;
  std::size_t ring_bytes = std::size_t{1} << 20;  ///< per writer
  /// Told by a thread of the journal when the disk begins to refuse, when it takes lines again, and what is left
  /// unwritten at the end.
  std::function<void(std::string_view)> on_trouble = [](std::string_view) {};

  Durability durability = Durability::group;
  /// With durability "fsync": told by the journal's thread once for each batch and writer whose tickets became durable.
  std::function<void(std::size_t writer)> on_durable = [](std::size_t) {};
  std::chrono::milliseconds head_interval{60'000};
  /// Told by the journal's thread each head once it is on disk: "audit head <gate> <seq> <prev> <signature>". Worth
  /// keeping elsewhere.
  std::function<void(std::string_view)> on_head = [](std::string_view) {};

  std::uint64_t segment_bytes = std::uint64_t{256} << 20;
  std::chrono::milliseconds segment_age{86'400'000};
  bool compress = true;  ///< segments that are complete
  Retention retention{};
  std::chrono::milliseconds retention_interval{600'000};  ///< between two looks at what is old
  /// Told by the journal's thread: lines up to this number are on disk.
  std::function<void(std::uint64_t)> on_written = [](std::uint64_t) {};
  /// Any thread. False: somebody who must have the log lags too far behind, and no tunnel may open on it.
  std::function<bool()> may_open = [] { return true; };
  /// Any thread. Lines beyond this number are not deleted.
  std::function<std::uint64_t()> shipped_up_to = [] { return std::numeric_limits<std::uint64_t>::max(); };

  std::uint64_t refusals_per_minute = 600;  ///< that stand alone, all writers together
  std::string program = "shirgate";         ///< and version
  bool lab = false;
};

}  // namespace shirgate
