// Which hosts have been used under which wildcard: the first use of one is worth a look.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "policy/name.hpp"
#include "policy/target.hpp"

namespace shirgate {

/// A fixed table of hashes, shared by all workers without a lock. It forgets nothing and never grows: once it is nearly
/// full, what it cannot remember counts as a first use every time, so that nothing new goes unflagged.
class FirstUses {
 public:
  FirstUses();
  /// True the first time for that host under that rule.
  [[nodiscard]] bool note(Name rule, const Host& host);

 private:
  static constexpr std::size_t places = 16384;  // a power of two; one place is eight bytes
  static constexpr std::size_t longest_search = 64;
  std::uint64_t seed_;  ///< unknown outside, so that nobody can pick a host that collides with a known one
  std::unique_ptr<std::array<std::atomic<std::uint64_t>, places>> table_;
};

}  // namespace shirgate
