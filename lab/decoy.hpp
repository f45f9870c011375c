// What must never be touched. A decoy stands wherever a request that should be refused would lead if it were not, so
// that "nothing left" is something that was counted and not something that was hoped.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "config/scenario.hpp"
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

/// How a DecoyDns differs from one that knows every name.
struct DnsPlan {
  DnsState state = DnsState::answers;
  std::map<std::string, std::vector<Address>, std::less<>> answers{};
};

/// A name server that knows every name: 20.60.0.99 where the plan has no answer. It remembers what was asked, so that a
/// name the gate should not have looked up is seen.
class DecoyDns {
 public:
  static constexpr std::string_view answer = "20.60.0.99";

  /// Throws std::runtime_error.
  explicit DecoyDns(DnsPlan plan = {});
  ~DecoyDns();
  DecoyDns(const DecoyDns&) = delete;
  DecoyDns& operator=(const DecoyDns&) = delete;

  [[nodiscard]] const Endpoint& at() const { return at_; }
  /// Every name that was asked for before this call, in order.
  [[nodiscard]] std::vector<std::string> asked();

 private:
  void serve();
  [[nodiscard]] std::vector<Address> addresses_of(const std::string& name) const;

  DnsPlan plan_;
  int fd_;
  Endpoint at_;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

/// The answer to a DNS query, and the name it asks for: an A record for each address, none for other types. Empty when
/// it is no plain query.
struct DnsReply {
  std::string name;
  std::string message;
};
[[nodiscard]] DnsReply answer_dns(std::string_view query, std::span<const Address> addresses);
/// The answer of a server that can't say.
[[nodiscard]] DnsReply fail_dns(std::string_view query);

}  // namespace shirgate::lab
