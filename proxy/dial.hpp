// Connects to addresses that were judged, and to nothing else: names do not get here.
#pragma once

#include <memory>
#include <span>

#include "proxy/loop/socket.hpp"

namespace shirgate {

struct Dialled {
  std::unique_ptr<Socket> socket;
  Address address;  ///< the judged one
};

/// Tries the addresses in turn until one connects, none of them longer than a third of the time while others are left.
/// The kernel's peer address is compared with the one that was asked for. Errors: connect_refused, connect_failed,
/// connect_timeout, address_own, gate_stopped.
/// `instead` replaces the place that is dialled and nothing else; for a lab.
[[nodiscard]] Awaitable<Result<Dialled>> dial(EventLoop& loop, std::span<const Address> judged, std::uint16_t port,
                                              const Endpoint* instead, SteadyTime deadline);

/// True when packets to the address would not leave this machine, or when that can't be told. Asks the kernel's routes
/// each time, so an address that was added a moment ago counts.
[[nodiscard]] bool is_own_address(const Address& address);

}  // namespace shirgate
