#include "proxy/foreign_addresses.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "proxy/loop/sockaddr_linux.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {
namespace {

/// True when packets to the address would not leave this machine, or when that can't be told.
bool is_own_address(const Address& address) {
  const int probe = ::socket(address.is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return true;  // can't tell, so not dialled
  const auto to = to_kernel({address, 9});
  // Connecting a datagram socket sends nothing; it only looks the route up. To reach itself, a machine uses the very
  // address it calls.
  const bool routed = ::connect(probe, to.get(), to.size) == 0;
  const bool no_route = !routed && (errno == ENETUNREACH || errno == EHOSTUNREACH || errno == EADDRNOTAVAIL);
  const bool own = routed ? local_endpoint(probe).address == address : !no_route;
  ::close(probe);
  return own;
}

}  // namespace

bool ForeignAddresses::contain(const Address& address, SteadyTime now) {
  auto& known = known_[(address.bytes[3] ^ address.bytes[15]) % known_.size()];
  if (known.address == address && now < known.until) return true;
  if (is_own_address(address)) return false;
  known = {address, now + std::chrono::seconds(1)};
  return true;
}

}  // namespace shirgate
