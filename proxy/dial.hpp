// Connects to addresses that were judged, and to nothing else: names do not get here.
#pragma once

#include <memory>
#include <span>

#include "proxy/foreign_addresses.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {

struct Dialled {
  std::unique_ptr<Socket> socket;
  Address address;  ///< the judged one
};

/// Connects to the address that answers first, as Attempts does. The kernel's peer address is compared with the one
/// that was asked for. Errors: those of Attempts, and address_own. `instead` replaces the place that is dialled and
/// nothing else; for a lab.
[[nodiscard]] Awaitable<Result<Dialled>> dial(EventLoop& loop, ForeignAddresses& foreign,
                                              std::span<const Address> judged, std::uint16_t port,
                                              const Endpoint* instead, SteadyTime deadline);

}  // namespace shirgate
