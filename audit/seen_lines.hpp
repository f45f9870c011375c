// Which lines of one gate's log were read already.
#pragma once

#include <cstdint>
#include <iterator>
#include <map>

namespace shirgate {

/// Line numbers as ranges: as small as the log has gaps.
class SeenLines {
 public:
  /// True the first time.
  bool add(std::uint64_t seq) {
    const auto after = ranges_.upper_bound(seq);
    if (after == ranges_.begin()) {
      ranges_.emplace_hint(after, seq, seq);
      return true;
    }
    const auto before = std::prev(after);
    if (seq <= before->second) return false;
    if (seq == before->second + 1)
      before->second = seq;
    else
      ranges_.emplace_hint(after, seq, seq);
    return true;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< the first of each and its last
};

}  // namespace shirgate
