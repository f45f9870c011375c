#include "proxy/dial.hpp"

#include "proxy/attempts.hpp"

namespace shirgate {

Awaitable<Result<Dialled>> dial(EventLoop& loop, ForeignAddresses& foreign, std::span<const Address> judged,
                                std::uint16_t port, const Endpoint* instead, SteadyTime deadline) {
  for (const auto& address : judged)
    if (!foreign.contain(address, loop.now())) co_return Reason::address_own;
  Attempts attempts(loop, judged, port, instead);
  co_return co_await attempts.first_to_connect(deadline);
}

}  // namespace shirgate
