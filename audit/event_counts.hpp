// What was told to the audit log since the gate started, in numbers.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "audit/event.hpp"

namespace shirgate {

struct EventTotals {
  std::uint64_t opened = 0;
  std::array<std::uint64_t, reason_count> ended{};     ///< by Reason; refusals that are merged in the log count singly
  std::array<std::uint64_t, reason_count> reported{};  ///< by the Reason that report mode lifted
  std::uint64_t first_uses = 0;
  std::uint64_t bytes_from_client = 0;  ///< of tunnels that have ended
  std::uint64_t bytes_from_upstream = 0;
};

/// One thread counts, any thread reads; what is read may miss what is being counted.
class EventCounts {
 public:
  void count(const Event& event);
  void add_to(EventTotals& totals) const;

 private:
  using Count = std::atomic<std::uint64_t>;
  Count opened_{0};
  std::array<Count, reason_count> ended_{};
  std::array<Count, reason_count> reported_{};
  Count first_uses_{0};
  Count bytes_from_client_{0};
  Count bytes_from_upstream_{0};
};

}  // namespace shirgate
