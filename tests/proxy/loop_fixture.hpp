// An event loop and the executor of its coroutines, as a worker has them, turned by the test.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <functional>
#include <optional>

#include "moved_clock.hpp"
#include "proxy/awaitable.hpp"
#include "proxy/loop/event_loop.hpp"

namespace shirgate::test {

class LoopFixture : public testing::Test {
 public:
  using Condition = std::function<bool()>;

  [[nodiscard]] EventLoop& loop() { return loop_; }
  /// A deadline no test is meant to reach.
  [[nodiscard]] static SteadyTime later() { return std::chrono::steady_clock::now() + std::chrono::hours(24); }

  /// Turns until the condition holds; a test whose condition never does fails after a real minute.
  void turn_until(const Condition& condition) {
    std::size_t ticks = 0;
    ticks_ = [&] { ASSERT_LT(++ticks, 600U) << "nothing happened", loop_.stop(); };
    loop_.run([&] {
      executor_.poll();
      if (condition() || ticks >= 600) loop_.stop();
    });
    ticks_ = [] {};
  }
  /// Puts the clock forward and lets the loop notice.
  void pass(std::chrono::nanoseconds time) {
    move_clock(time);
    int turns = 0;
    turn_until([&] { return ++turns == 3; });
  }

  void start(Awaitable<void> work) {
    ++running_;
    boost::asio::co_spawn(executor_.get_executor(), std::move(work), [this](const std::exception_ptr& thrown) {
      --running_;
      EXPECT_FALSE(thrown);
    });
  }
  /// Runs one coroutine to its end.
  template <class T>
  T run(Awaitable<T> work) {
    std::optional<T> result;
    start(keep(std::move(work), result));
    turn_until([&] { return result.has_value(); });
    return *std::move(result);
  }
  [[nodiscard]] std::size_t running() const { return running_; }

 protected:
  LoopFixture() {
    loop_.on_tick([this] { ticks_(); });
  }

  template <class T>
  static Awaitable<void> keep(Awaitable<T> work, std::optional<T>& into) {
    auto result = co_await std::move(work);
    into.emplace(std::move(result));
  }

  boost::asio::io_context executor_;
  boost::asio::executor_work_guard<Executor> work_{executor_.get_executor()};
  EventLoop loop_;
  std::function<void()> ticks_ = [] {};
  std::size_t running_ = 0;
};

}  // namespace shirgate::test
