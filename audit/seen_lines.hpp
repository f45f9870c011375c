// Which lines of one gate's log were read already.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

namespace shirgate {

/// Line numbers as ranges: as small as the log has gaps. One with more than `max_ranges` no gate wrote; of such a one
/// further lines are taken for new.
class SeenLines {
 public:
  static constexpr std::size_t max_ranges = 100'000;

  /// True the first time.
  bool add(std::uint64_t seq) {
    const auto after = ranges_.upper_bound(seq);
    const bool is_first = after == ranges_.begin();
    if (!is_first && seq <= std::prev(after)->second) return false;
    if (!is_first && seq == std::prev(after)->second + 1)
      std::prev(after)->second = seq;
    else if (ranges_.size() < max_ranges)
      ranges_.emplace_hint(after, seq, seq);
    return true;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< the first of each and its last
};

}  // namespace shirgate
