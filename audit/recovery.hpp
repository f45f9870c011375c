// What the last run left behind, brought into a state from which the log goes on.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "audit/journal_state.hpp"
#include "audit/ring.hpp"
#include "audit/segment_contents.hpp"
#include "audit/segment_file.hpp"

namespace shirgate {

struct LastRun {
  ChainEnd end{};
  LiveTunnels live{};
  std::string path{};                          ///< of the segment that was read; empty where there was none
  std::unique_ptr<SegmentFile> file{};         ///< the same, to go on with; none where it must not be written
  bool head_is_last = false;                   ///< of it
  std::vector<std::unique_ptr<Ring>> rings{};  ///< with what is not yet in a segment
  std::vector<std::string> gaps{};             ///< what may be missing, in words
};

/// Reads the last segment alone: its header carries the tunnels that were open before. What a crash left of a line or a
/// batch is cut off; its events are still in the rings. Whatever else is not understood is left alone, and the
/// complaint names it and says what to do.
[[nodiscard]] Checked<LastRun> recover(const std::string& directory, std::string_view gate, const JournalState& state,
                                       std::chrono::milliseconds group);

}  // namespace shirgate
