#include <fmt/format.h>
#include <sys/socket.h>

#include <chrono>
#include <future>
#include <thread>

#include "audit/sinks/peer_address.hpp"

namespace shirgate {
namespace {

struct Answer {
  int error = EAI_AGAIN;
  PeerAddresses addresses;
};

Answer ask(const std::string& host, std::uint16_t port, int type) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  // AI_ADDRCONFIG leaves out loopback addresses written as such on a machine without a network.
  int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    hints.ai_flags = AI_NUMERICSERV;
    error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  }
  return {error, PeerAddresses(error == 0 ? found : nullptr)};
}

}  // namespace

Checked<PeerAddresses> find_peer(const std::string& host, std::uint16_t port, int type,
                                 const std::function<bool()>& give_up) {
  // getaddrinfo can't be interrupted, so it gets a thread that nobody has to wait for.
  std::packaged_task<Answer()> task([host, port, type] { return ask(host, port, type); });
  auto future = task.get_future();
  std::thread(std::move(task)).detach();
  while (future.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready)
    if (give_up()) return complain(fmt::format("{} was not found in time", host));
  auto answer = future.get();
  if (answer.error != 0) return complain(fmt::format("{} is not found: {}", host, ::gai_strerror(answer.error)));
  return std::move(answer.addresses);
}

}  // namespace shirgate
