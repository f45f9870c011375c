#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "proxy/dial.hpp"
#include "proxy/loop/sockaddr_linux.hpp"

namespace shirgate {
namespace {

Reason reason_of_errno(int error) {
  switch (error) {
    case ECONNREFUSED: return Reason::connect_refused;
    case ETIMEDOUT: return Reason::connect_timeout;
    case ECANCELED: return Reason::gate_stopped;
    case EMFILE:
    case ENFILE: return Reason::total_limit;
    default: return Reason::connect_failed;
  }
}

Awaitable<IoResult> connect_to(EventLoop& loop, Endpoint to, SteadyTime deadline, std::unique_ptr<Socket>& made) {
  IoResult result;
  made = start_connect(loop, to, result.error);
  if (made) result = co_await made->connected(to, deadline);
  if (result.error != 0) made.reset();
  co_return result;
}

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

Awaitable<Result<Dialled>> dial(EventLoop& loop, ForeignAddresses& foreign, std::span<const Address> judged,
                                std::uint16_t port, const Endpoint* instead, SteadyTime deadline) {
  for (const auto& address : judged)
    if (!foreign.contain(address, loop.now())) co_return Reason::address_own;
  const auto attempt_limit = (deadline - loop.now()) / 3;
  Reason reason = Reason::connect_failed;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const bool last = i + 1 == judged.size();
    const auto until = last ? deadline : std::min(deadline, loop.now() + attempt_limit);
    const Endpoint to = instead != nullptr ? *instead : Endpoint{judged[i], port};
    std::unique_ptr<Socket> socket;
    const auto result = co_await connect_to(loop, to, until, socket);
    if (result.error == 0) {
      Dialled dialled{std::move(socket), judged[i]};
      co_return dialled;
    }
    reason = reason_of_errno(result.error);
    if (reason == Reason::gate_stopped || loop.now() >= deadline) break;
  }
  co_return reason;
}

}  // namespace shirgate
