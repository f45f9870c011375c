#include "proxy/dns/resolver.hpp"

#include <algorithm>

#include "proxy/dns/channel.hpp"

namespace shirgate {
namespace {

constexpr std::chrono::seconds shortest_ttl{5};
constexpr std::chrono::seconds longest_ttl{300};
constexpr std::chrono::seconds absent_ttl{5};
constexpr std::chrono::hours stale_for{1};

}  // namespace

Resolver::Resolver(EventLoop& loop, const std::vector<Endpoint>& servers)
    : loop_(loop), channel_(std::make_unique<Channel>(loop, servers)) {}

Resolver::~Resolver() = default;

const Resolver::Entry* Resolver::cached(const std::string& name) const {
  const auto found = cache_.find(name);
  return found == cache_.end() ? nullptr : &found->second;
}

Awaitable<Result<Resolver::Addresses>> Resolver::resolve(const Host& host, const FixedAnswers& fixed, Stale stale,
                                                         SteadyTime deadline) {
  if (const auto answer = fixed.find(host.text()); answer != fixed.end()) co_return answer->second;
  if (const auto* entry = cached(host.text()); entry != nullptr && loop_.now() < entry->fresh_until)
    co_return entry->answer;
  auto answer = co_await join_flight(host.text(), deadline);
  const bool dns_is_ill = answer.has_error() && answer.error() != Reason::dns_no_address;
  if (dns_is_ill && stale == Stale::allowed) {
    const auto* entry = cached(host.text());
    if (entry != nullptr && entry->answer.has_value() && loop_.now() < entry->stale_until) co_return entry->answer;
  }
  co_return answer;
}

Awaitable<Result<Resolver::Addresses>> Resolver::join_flight(const std::string& name, SteadyTime deadline) {
  auto flight = flights_[name];
  if (!flight) {
    flight = std::make_shared<Flight>(Flight{this, name, {}, Reason::dns_failed, false});
    flights_[name] = flight;
    ++queries_;
    const std::weak_ptr<Flight> weak = flight;
    channel_->ask(name, [weak](DnsAnswer answer) {
      if (const auto asked = weak.lock()) asked->resolver->finish(*asked, std::move(answer.addresses), answer.ttl);
    });
  }
  if (flight->done) co_return flight->answer;

  Wait wait(loop_);
  flight->waiting.push_back(&wait);
  const auto wake = co_await wait.until(deadline);
  if (wake == Wake::ready) co_return flight->answer;
  std::erase(flight->waiting, &wait);
  co_return wake == Wake::timed_out ? Reason::dns_timeout : Reason::gate_stopped;
}

void Resolver::finish(Flight& flight, Result<Addresses> answer, std::chrono::seconds ttl) {
  flight.done = true;
  flight.answer = std::move(answer);
  if (flight.answer.has_value() && flight.answer->size() > max_addresses) flight.answer->resize(max_addresses);
  remember(flight.name, flight.answer, ttl);
  const auto keep = flights_.extract(flight.name);
  const auto waiting = std::exchange(flight.waiting, {});
  for (auto* wait : waiting) wait->complete(Wake::ready);
}

void Resolver::remember(const std::string& name, const Result<Addresses>& answer, std::chrono::seconds ttl) {
  if (answer.has_error() && answer.error() != Reason::dns_no_address) return;  // keep what may still be stale-usable
  if (cache_.size() >= max_names) make_room();
  const auto fresh = answer.has_value() ? std::clamp(ttl, shortest_ttl, longest_ttl) : absent_ttl;
  cache_[name] = {answer, loop_.now() + fresh, loop_.now() + fresh + stale_for};
}

void Resolver::make_room() {
  std::erase_if(cache_, [this](const auto& entry) { return entry.second.fresh_until <= loop_.now(); });
  if (cache_.size() >= max_names) cache_.clear();
}

}  // namespace shirgate
