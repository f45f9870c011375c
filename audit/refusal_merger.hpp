// Keeps a flood of equal refusals from flooding the log: the first twenty a minute of one client, host, port and reason
// stand alone, the rest become one event with a count.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "audit/event.hpp"
#include "audit/refusal_quota.hpp"

namespace shirgate {

/// Bounded: beyond 1,024 different floods at once, or beyond the gate's quota of lines a minute, new ones share one
/// entry per reason. One thread; the clock is the caller's.
class RefusalMerger {
 public:
  static constexpr std::uint64_t alone_per_minute = 20;
  static constexpr std::size_t max_floods = 1024;

  /// The quota is the caller's, and the other writers'.
  explicit RefusalMerger(RefusalQuota& quota) : quota_(quota) {}

  /// True when the refusal is to be written on its own; false when it was counted.
  [[nodiscard]] bool stands_alone(const Event& refusal);

  /// Hands out the merged event of every flood whose minute is over: `write(const Event&)`. With `all`, of every flood.
  template <class Write>
  void flush(WallTime now, bool all, Write write) {
    for (auto at = floods_.begin(); at != floods_.end();) {
      auto& flood = at->second;
      if (!all && now - flood.minute_began < std::chrono::minutes(1)) {
        ++at;
        continue;
      }
      if (flood.merged > 0) write(event_of(flood));
      at = floods_.erase(at);
    }
  }

 private:
  struct Flood {
    Action action;
    Reason reason;
    Stage stage;
    std::optional<Endpoint> client;
    Name runtime;
    Name channel;
    Name rule;
    std::optional<Target> target;
    std::string asked;
    WallTime minute_began;
    WallTime first_merged;
    WallTime last_merged;
    std::uint64_t seen = 0;
    std::uint64_t merged = 0;
    bool lab = false;
  };

  [[nodiscard]] static Event event_of(const Flood& flood);
  enum class Entry : std::uint8_t { own, shared };
  /// A new flood has an entry of its own where there is room for one.
  [[nodiscard]] Flood& flood_of(const Event& refusal, Entry entry);

  RefusalQuota& quota_;

  std::unordered_map<std::string, Flood> floods_;
};

}  // namespace shirgate
