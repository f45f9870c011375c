// Finding a sink's host.
#pragma once

#include <netdb.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "policy/checked.hpp"

namespace shirgate {

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using PeerAddresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// Asks the system: its own receivers' names are the operator's, and have nothing to do with what clients ask for.
/// `type` is SOCK_STREAM or SOCK_DGRAM. A resolver that does not answer is left behind when `give_up` says so.
[[nodiscard]] Checked<PeerAddresses> find_peer(const std::string& host, std::uint16_t port, int type,
                                               const std::function<bool()>& give_up);

}  // namespace shirgate
