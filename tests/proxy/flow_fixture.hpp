// One flow between two real connections, moved by hand, one read at a time.
#pragma once

#include <csignal>
#include <vector>

#include "loop_fixture.hpp"
#include "proxy/relay/flow.hpp"
#include "tcp_pair.hpp"

namespace shirgate::test {

class FlowFixture : public LoopFixture {
 public:
  static constexpr std::size_t bounce_bytes = std::size_t{64} * 1024;

 protected:
  explicit FlowFixture(RelayMode mode = RelayMode::automatic, std::size_t most_pipes = 4)
      : mode_(mode), pipes_(most_pipes), bounce_(bounce_bytes) {
    std::signal(SIGPIPE, SIG_IGN);
    auto from = tcp_pair(std::size_t{1} << 20);
    auto to = tcp_pair(std::size_t{256} * 1024);
    source_ = std::move(from.far);
    sink_ = std::move(to.far);
    flow_.from = loop().add(from.near, Trigger::edge);
    flow_.to = loop().add(to.near, Trigger::edge);
    flow_.bulk = mode == RelayMode::splice;
  }
  ~FlowFixture() override {
    flow_.abandon(pipes_);
    loop().close(flow_.from);
    loop().close(flow_.to);
  }

  [[nodiscard]] Means means() { return {bounce_, pipes_, stuck_, counters_, mode_, loop().now()}; }
  [[nodiscard]] Moved move() { return flow_.move(means()); }
  /// Lets the loop take in what the kernel has to tell by now.
  void notice() {
    int turns = 0;
    turn_until([&] { return loop().wake_from_outside([] {}), ++turns == 3; });
  }
  /// Moves until nothing can be moved without an event; the last answer.
  Moved move_all() {
    Moved moved = Moved::some;
    while (moved == Moved::some) moved = move();
    return moved;
  }
  /// Sends, and waits until it is there to be read.
  void arrive(std::string_view bytes) {
    const auto before = unread(flow_.from->fd());
    ASSERT_EQ(source_.send(bytes), bytes.size());
    turn_until([&] { return unread(flow_.from->fd()) == before + bytes.size(); });
    notice();
  }
  /// Goes on, the sink reading all, until the condition holds.
  template <class Until>
  void flow_until(Until condition) {
    turn_until([&] {
      last_ = move_all();
      sink_.read();
      return condition();
    });
  }
  /// Sends and moves until the source takes no more, because the sink does not read.
  std::size_t fill_until_stalled(const std::string& bytes) {
    std::size_t sent = 0;
    int quiet = 0;
    turn_until([&] {
      const auto taken = source_.send(std::string_view(bytes).substr(sent));
      sent += taken;
      quiet = move_all() == Moved::idle && taken == 0 && is_full() ? quiet + 1 : 0;
      loop().wake_from_outside([] {});
      return quiet > 200;
    });
    EXPECT_LT(sent, bytes.size()) << "the sink should be full long before";
    return sent;
  }

  RelayMode mode_;
  TestEnd source_;
  TestEnd sink_;
  PipePool pipes_;
  StuckMemory stuck_;
  RelayCounters counters_;
  std::vector<char> bounce_;
  Flow flow_;
  Moved last_ = Moved::idle;

 private:
  [[nodiscard]] bool is_full() const { return !flow_.to->writable && (!flow_.stuck.empty() || flow_.pipe); }
};

/// The same for each way of moving bytes.
class EveryFlow : public FlowFixture, public testing::WithParamInterface<RelayMode> {
 protected:
  EveryFlow() : FlowFixture(GetParam()) {}
};

inline std::string name_of(const testing::TestParamInfo<RelayMode>& one) {
  switch (one.param) {
    case RelayMode::automatic: return "Automatic";
    case RelayMode::splice: return "Splice";
    case RelayMode::copy: return "Copy";
  }
  return "Unknown";
}

inline const auto every_mode = testing::Values(RelayMode::automatic, RelayMode::splice, RelayMode::copy);

}  // namespace shirgate::test
