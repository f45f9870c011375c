// Connects to addresses that were judged, and to nothing else: names do not get here.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "proxy/loop/socket.hpp"

namespace shirgate {

struct Dialled {
  std::unique_ptr<Socket> socket;
  Address address;  ///< the judged one
};

/// Addresses that packets leave this machine for. Not one of its own is ever dialled: the gate's own ports, the admin
/// page and the neighbours on loopback would be within reach of a name that leads there. On one thread.
class ForeignAddresses {
 public:
  /// False also when it can't be told. Asks the kernel's routes, and remembers what it heard for a second, so that a
  /// busy gate does not ask for every tunnel.
  [[nodiscard]] bool contain(const Address& address, SteadyTime now);

 private:
  struct Known {
    Address address;
    SteadyTime until{};
  };
  std::array<Known, 64> known_{};
};

/// Connects to the address that answers first, as Attempts does. The kernel's peer address is compared with the one
/// that was asked for. Errors: those of Attempts, and address_own. `instead` replaces the place that is dialled and
/// nothing else; for a lab.
[[nodiscard]] Awaitable<Result<Dialled>> dial(EventLoop& loop, ForeignAddresses& foreign,
                                              std::span<const Address> judged, std::uint16_t port,
                                              const Endpoint* instead, SteadyTime deadline);

}  // namespace shirgate
