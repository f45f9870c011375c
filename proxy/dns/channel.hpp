// c-ares on the event loop. The only place that knows c-ares.
#pragma once

#include <ares.h>

#include <functional>
#include <string>
#include <unordered_map>

#include "proxy/dns/resolver.hpp"

namespace shirgate {

/// What one question came to.
struct DnsAnswer {
  Result<std::vector<Address>> addresses = Reason::dns_failed;
  std::chrono::seconds ttl{0};
};

struct Resolver::Channel final : public ReadinessListener {
  Channel(EventLoop& loop, const std::vector<Endpoint>& servers);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Calls `done` exactly once, on the loop's thread, possibly before ask() returns; also when the channel is
  /// destroyed.
  void ask(const std::string& name, std::function<void(DnsAnswer)> done);

 private:
  static void on_socket_state(void* self, ares_socket_t fd, int want_read, int want_write);
  void on_ready(Descriptor& descriptor) override;
  void on_tick();

  EventLoop& loop_;
  ares_channel ares_ = nullptr;
  std::unordered_map<ares_socket_t, Descriptor*> sockets_;
  std::size_t open_questions_ = 0;
};

}  // namespace shirgate
