// Which addresses are not this machine's own.
#pragma once

#include <array>

#include "policy/address.hpp"
#include "proxy/loop/event_loop.hpp"

namespace shirgate {

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

}  // namespace shirgate
