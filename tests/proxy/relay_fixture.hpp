// A relay as a worker has it, with its log, and tunnels between connections whose far ends the test plays.
#pragma once

#include <boost/json/object.hpp>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "loop_fixture.hpp"
#include "proxy/relay/relay.hpp"
#include "tcp_pair.hpp"
#include "tests/audit/journal_reading.hpp"
#include "tests/audit/temporary_directory.hpp"

namespace shirgate::test {

/// Both far ends of one tunnel.
struct TunnelEnds {
  TestEnd client;
  TestEnd upstream;
};

class RelayFixture : public LoopFixture {
 protected:
  RelayFixture() { std::signal(SIGPIPE, SIG_IGN); }

  Relay& start_relay(RelayMode mode, std::size_t most_pipes = 8) {
    relay_ = std::make_unique<Relay>(Relay::Setup{.loop = loop(),
                                                  .audit = journal_->writer(0),
                                                  .census = census_,
                                                  .mode = mode,
                                                  .most_pipes = most_pipes,
                                                  .post = [](std::size_t, const std::function<void(Relay&)>&) {}});
    return *relay_;
  }
  /// A tunnel of connections whose ends hold about so many bytes.
  TunnelEnds open(TunnelLimits limits = plenty(), std::size_t buffer = 0) {
    auto client = tcp_pair(buffer);
    auto upstream = tcp_pair(buffer);
    EXPECT_TRUE(journal_->writer(0).append({.action = Action::open, .tunnel = ++last_id_}).taken);
    Handover handover{
        .client = std::make_unique<Socket>(loop(), loop().add(client.near, Trigger::edge)),
        .upstream = std::make_unique<Socket>(loop(), loop().add(upstream.near, Trigger::edge)),
        .facts = {.id = last_id_, .target = *parse_target("origin.lab.example:443"), .accepted_at = loop().now()},
        .limits = limits};
    relay_->adopt(std::move(handover));
    return {std::move(client.far), std::move(upstream.far)};
  }
  static TunnelLimits plenty() { return {.half_close = std::chrono::hours(10), .progress = std::chrono::hours(10)}; }
  /// Ends the relay and its log: what it wrote about ends.
  std::vector<boost::json::object> closes() {
    relay_.reset();
    journal_.reset();
    std::vector<boost::json::object> found;
    for (const auto& line : lines_in(directory_.path())) {
      auto event = boost::json::parse(line).as_object();
      if (event.at(field::action) == "close") found.push_back(std::move(event));
    }
    return found;
  }
  [[nodiscard]] std::uint64_t moved() const {
    return relay_->counters().copied_bytes + relay_->counters().spliced_bytes;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Journal> journal_ = open_journal(directory_.path());
  BulkCensus census_{1};
  std::unique_ptr<Relay> relay_;

 private:
  std::uint64_t last_id_ = 0;
};

}  // namespace shirgate::test
