#include "proxy/loop/event_loop.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "loop_fixture.hpp"
#include "proxy/loop/wait.hpp"

namespace shirgate::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class EventLoopTest : public LoopFixture {};

/// Writes down when it was told.
class Bell final : public Deadline {
 public:
  Bell(std::string name, std::string& log) : name_(std::move(name)), log_(log) {}
  std::function<void()> also = [] {};

 private:
  void on_deadline(bool cancelled) override {
    log_ += name_ + (cancelled ? "! " : " ");
    also();
  }
  std::string name_;
  std::string& log_;
};

TEST_F(EventLoopTest, TellsADeadlineWhenItHasPassedAndNotBefore) {
  std::string log;
  Bell bell("a", log);
  loop().arm(bell, loop().now() + seconds(10));
  pass(seconds(9));
  EXPECT_EQ(log, "");
  EXPECT_TRUE(bell.armed());
  pass(seconds(2));
  EXPECT_EQ(log, "a ");
  EXPECT_FALSE(bell.armed());
  pass(hours(1));
  EXPECT_EQ(log, "a ") << "once";
}

TEST_F(EventLoopTest, TellsTheDueOnesInTheOrderTheyWereArmed) {
  std::string log;
  Bell a("a", log);
  Bell b("b", log);
  Bell c("c", log);
  loop().arm(a, loop().now() + seconds(3));
  loop().arm(b, loop().now() + seconds(100));
  loop().arm(c, loop().now() + seconds(1));
  pass(seconds(5));
  EXPECT_EQ(log, "a c ");
  pass(seconds(100));
  EXPECT_EQ(log, "a c b ");
}

TEST_F(EventLoopTest, ForgetsADeadlineThatIsDisarmedOrDestroyed) {
  std::string log;
  Bell kept("kept", log);
  {
    Bell gone("gone", log);
    loop().arm(gone, loop().now() + seconds(1));
  }
  loop().arm(kept, loop().now() + seconds(1));
  kept.disarm();
  kept.disarm();
  pass(seconds(5));
  EXPECT_EQ(log, "");
}

TEST_F(EventLoopTest, MovesADeadlineThatIsArmedAgain) {
  std::string log;
  Bell bell("a", log);
  loop().arm(bell, loop().now() + seconds(1));
  loop().arm(bell, loop().now() + seconds(100));
  pass(seconds(50));
  EXPECT_EQ(log, "");
  pass(seconds(60));
  EXPECT_EQ(log, "a ");
}

TEST_F(EventLoopTest, CancelsEverythingThatIsArmed) {
  std::string log;
  Bell a("a", log);
  Bell b("b", log);
  loop().arm(a, later());
  loop().arm(b, later());
  loop().cancel_all();
  EXPECT_EQ(log, "a! b! ");
  loop().cancel_all();
  EXPECT_EQ(log, "a! b! ");
}

TEST_F(EventLoopTest, LetsADeadlineDestroyOrArmAnotherThatIsDueToo) {
  std::string log;
  Bell first("first", log);
  auto second = std::make_unique<Bell>("second", log);
  Bell third("third", log);
  for (auto* bell : {&first, second.get(), &third}) loop().arm(*bell, loop().now() + seconds(1));
  first.also = [&] {
    second.reset();
    loop().arm(third, loop().now() + hours(1));
  };
  pass(seconds(5));
  EXPECT_EQ(log, "first ");
  pass(hours(2));
  EXPECT_EQ(log, "first third ");
}

TEST_F(EventLoopTest, RunsWhatAnotherThreadAsksForOnItsOwnThread) {
  std::vector<std::thread::id> where;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) loop().wake_from_outside([&] { where.push_back(std::this_thread::get_id()); });
    });
  turn_until([&] { return where.size() == 400; });
  for (auto& thread : threads) thread.join();
  for (const auto& id : where) ASSERT_EQ(id, std::this_thread::get_id());
}

struct Countdown final : TurnTask {
  int left = 1000;
  bool on_turn() override { return --left > 0; }
};

TEST_F(EventLoopTest, DoesNotSleepWhileATurnTaskHasMoreToDo) {
  Countdown countdown;
  int ticks = 0;
  loop().add_turn_task(countdown);
  loop().on_tick([&] { ++ticks; });
  turn_until([&] { return countdown.left <= 0; });
  EXPECT_LT(ticks, 900) << "a sleep a turn would be a tick a turn";
}

/// Closes a descriptor when it is told about another one.
struct Closer final : ReadinessListener {
  EventLoop* loop = nullptr;
  std::vector<Descriptor*> told;
  Descriptor* victim = nullptr;
  void on_ready(Descriptor& descriptor) override {
    told.push_back(&descriptor);
    if (victim != nullptr && victim != &descriptor) loop->close(std::exchange(victim, nullptr));
  }
};

TEST_F(EventLoopTest, KeepsAClosedDescriptorReadableUntilTheTurnEnds) {
  Closer closer;
  closer.loop = &loop();
  std::vector<Descriptor*> both;
  for (int i = 0; i < 2; ++i) {
    both.push_back(loop().add(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC), Trigger::level));
    ASSERT_NE(both.back(), nullptr);
    both.back()->listener = &closer;
  }
  closer.victim = both[1];
  turn_until([&] { return !closer.told.empty(); });
  const auto told_of_victim = std::count(closer.told.begin(), closer.told.end(), both[1]);
  EXPECT_LE(told_of_victim, 1) << "nothing is told about a closed one";
  EXPECT_EQ(closer.victim, nullptr) << "the first has closed the second";
  loop().close(both[0]);
}

TEST_F(EventLoopTest, LeavesARefusedDescriptorToItsOwner) {
  const int file = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_EQ(loop().add(-1, Trigger::edge), nullptr);
  if (auto* const taken = loop().add(file, Trigger::edge); taken != nullptr)
    loop().close(taken);
  else
    EXPECT_EQ(::close(file), 0) << "still open";
}

Awaitable<Wake> waiting(Wait& wait, SteadyTime deadline) {
  const auto wake = co_await wait.until(deadline);
  co_return wake;
}

TEST_F(EventLoopTest, ResumesAWaitWhenItIsCompleted) {
  Wait wait(loop());
  std::optional<Wake> wake;
  start(keep(waiting(wait, later()), wake));
  turn_until([&] { return wait.waiting(); });
  EXPECT_TRUE(wait.armed());
  wait.complete(Wake::ready);
  turn_until([&] { return wake.has_value(); });
  EXPECT_EQ(wake, Wake::ready);
  EXPECT_FALSE(wait.armed());
  wait.complete(Wake::ready);  // nobody waits: nothing happens
}

TEST_F(EventLoopTest, ResumesAWaitWhenItsDeadlinePasses) {
  Wait wait(loop());
  std::optional<Wake> wake;
  start(keep(waiting(wait, std::chrono::steady_clock::now() + seconds(5)), wake));
  turn_until([&] { return wait.waiting(); });
  pass(seconds(4));
  EXPECT_FALSE(wake.has_value());
  pass(seconds(2));
  turn_until([&] { return wake.has_value(); });
  EXPECT_EQ(wake, Wake::timed_out);
}

TEST_F(EventLoopTest, ResumesAWaitWhenEverythingIsCancelled) {
  Wait wait(loop());
  std::optional<Wake> wake;
  start(keep(waiting(wait, later()), wake));
  turn_until([&] { return wait.waiting(); });
  loop().cancel_all();
  turn_until([&] { return wake.has_value(); });
  EXPECT_EQ(wake, Wake::cancelled);
}

Awaitable<std::string> waiting_again_and_again(Wait& wait, SteadyTime deadline) {
  std::string log;
  for (int i = 0; i < 3; ++i) log += co_await wait.until(deadline) == Wake::ready ? "ready " : "other ";
  co_return log;
}

TEST_F(EventLoopTest, MayBeWaitedOnAgainFromWithinItsResumption) {
  Wait wait(loop());
  std::optional<std::string> log;
  start(keep(waiting_again_and_again(wait, later()), log));
  for (int i = 0; i < 3; ++i) {
    turn_until([&] { return wait.waiting(); });
    wait.complete(Wake::ready);
  }
  turn_until([&] { return log.has_value(); });
  EXPECT_EQ(log, "ready ready ready ");
}

}  // namespace
}  // namespace shirgate::test
