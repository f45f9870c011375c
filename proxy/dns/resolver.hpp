// Names to addresses: fixed answers first, then a cache, then the DNS, one query however many ask.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.hpp"
#include "policy/reason.hpp"
#include "proxy/awaitable.hpp"
#include "proxy/loop/event_loop.hpp"
#include "proxy/loop/wait.hpp"

namespace shirgate {

/// May an answer be used after its time when the DNS does not answer? Never for a private endpoint: a stale private
/// address may be somebody else's by now.
enum class Stale : std::uint8_t { allowed, refused };

/// One worker's resolver, on its loop's thread. Asks the DNS only: no hosts file, no search list, no aliases. Answers
/// are not judged here, and each use must be: the policy may have changed since they were cached.
class Resolver {
 public:
  static constexpr std::size_t max_addresses = 8;
  static constexpr std::size_t max_names = 4096;

  /// `servers` empty: those of the system. Throws std::runtime_error when c-ares can't start.
  Resolver(EventLoop& loop, const std::vector<Endpoint>& servers);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  using Addresses = std::vector<Address>;
  using FixedAnswers = std::map<std::string, std::vector<Address>, std::less<>>;

  /// The fixed answer, or 1 to max_addresses addresses from the DNS. Errors: dns_no_address, dns_failed, dns_timeout,
  /// gate_stopped.
  [[nodiscard]] Awaitable<Result<Addresses>> resolve(const Host& host, const FixedAnswers& fixed, Stale stale,
                                                     SteadyTime deadline);

  /// Questions put to the DNS so far, for tests and metrics.
  [[nodiscard]] std::uint64_t queries() const { return queries_; }

 private:
  struct Entry {
    Result<Addresses> answer = Reason::dns_failed;
    SteadyTime fresh_until{};
    SteadyTime stale_until{};
  };
  /// A question under way and everybody who waits for it.
  struct Flight {
    Resolver* resolver;
    std::string name;
    std::vector<Wait*> waiting;
    Result<Addresses> answer = Reason::dns_failed;
    bool done = false;
  };
  struct Channel;  // c-ares

  [[nodiscard]] const Entry* cached(const std::string& name) const;
  [[nodiscard]] Awaitable<Result<Addresses>> join_flight(const std::string& name, SteadyTime deadline);
  void finish(Flight& flight, Result<Addresses> answer, std::chrono::seconds ttl);
  void remember(const std::string& name, const Result<Addresses>& answer, std::chrono::seconds ttl);
  void make_room();

  EventLoop& loop_;
  std::unique_ptr<Channel> channel_;
  std::unordered_map<std::string, Entry> cache_;
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::uint64_t queries_ = 0;
};

}  // namespace shirgate
