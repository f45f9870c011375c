// What must never be touched. A decoy stands wherever a request that should be refused would lead if it were not, so
// that "nothing left" is something that was counted and not something that was hoped.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lab/loopback_listener.hpp"

namespace shirgate::lab {

/// Counts who connects, and hangs up on them.
class Decoy {
 public:
  Decoy() : listener_([this](BlockingSocket&) { ++strangers_; }) {}

  [[nodiscard]] const Endpoint& at() const { return listener_.at(); }
  /// Everybody who has connected before this call.
  [[nodiscard]] std::uint64_t strangers();

 private:
  std::atomic<std::uint64_t> strangers_{0};
  LoopbackListener listener_;
};

/// A name server that knows every name: 20.60.0.99. The names the gate may ask for have static answers, so whatever it
/// asks here is a name that it should not have looked up.
class DecoyDns {
 public:
  static constexpr std::string_view answer = "20.60.0.99";

  /// Throws std::runtime_error.
  DecoyDns();
  ~DecoyDns();
  DecoyDns(const DecoyDns&) = delete;
  DecoyDns& operator=(const DecoyDns&) = delete;

  [[nodiscard]] const Endpoint& at() const { return at_; }
  /// Every name that was asked for before this call, in order.
  [[nodiscard]] std::vector<std::string> asked();

 private:
  void serve();

  int fd_;
  Endpoint at_;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

/// The answer to a DNS query, and the name it asks for: one A record, or none for other types. Empty when it is no
/// plain query.
struct DnsReply {
  std::string name;
  std::string message;
};
[[nodiscard]] DnsReply answer_dns(std::string_view query, const Address& address);

}  // namespace shirgate::lab
