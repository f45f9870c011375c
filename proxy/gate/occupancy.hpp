// How many connections are open, in total and from each client, over all workers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

#include "policy/address.hpp"
#include "policy/reason.hpp"

namespace shirgate {

class Permit;

/// A fixed table of atomic counters. Clients whose addresses fall on the same of its 4,096 places share a limit, which
/// a handful of SHIR hosts do not notice and a flood can't make the table grow. Any thread.
class Occupancy {
 public:
  Occupancy(std::int64_t most, std::int64_t most_per_client) : most_(most), most_per_client_(most_per_client) {}
  Occupancy(const Occupancy&) = delete;
  Occupancy& operator=(const Occupancy&) = delete;

  /// A place for one more connection, or client_limit or total_limit.
  [[nodiscard]] Result<Permit> enter(const Address& client);
  [[nodiscard]] std::int64_t total() const { return total_.load(std::memory_order_relaxed); }

 private:
  friend class Permit;
  static constexpr std::size_t places = 4096;
  [[nodiscard]] static std::size_t place_of(const Address& client);
  void leave(std::size_t place);

  const std::int64_t most_;
  const std::int64_t most_per_client_;
  std::atomic<std::int64_t> total_{0};
  std::array<std::atomic<std::int32_t>, places> clients_{};
};

/// One connection's place; given back when it is destroyed. The occupancy must outlive it.
class Permit {
 public:
  Permit() = default;
  Permit(Permit&& other) noexcept : occupancy_(std::exchange(other.occupancy_, nullptr)), place_(other.place_) {}
  Permit& operator=(Permit&& other) noexcept {
    std::swap(occupancy_, other.occupancy_);
    std::swap(place_, other.place_);
    return *this;
  }
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
  ~Permit() {
    if (occupancy_ != nullptr) occupancy_->leave(place_);
  }

 private:
  friend class Occupancy;
  Permit(Occupancy& occupancy, std::size_t place) : occupancy_(&occupancy), place_(place) {}
  Occupancy* occupancy_ = nullptr;
  std::size_t place_ = 0;
};

}  // namespace shirgate
