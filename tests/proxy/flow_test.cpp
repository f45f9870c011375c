// What every flow must do, however it moves its bytes.
#include "flow_fixture.hpp"

#include <sys/socket.h>

namespace shirgate::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST_P(EveryFlow, BringsEverythingUnchanged) {
  const auto bytes = noise(12 * mebibyte, 1);
  std::size_t sent = 0;
  flow_until([&] {
    sent += source_.send(std::string_view(bytes).substr(sent, 300'000));
    return sink_.got.size() == bytes.size();
  });
  EXPECT_TRUE(sink_.got == bytes);
  EXPECT_EQ(flow_.bytes, bytes.size());
  EXPECT_EQ(counters_.copied_bytes + counters_.spliced_bytes, bytes.size());
  EXPECT_EQ(counters_.spliced_bytes == 0, GetParam() == RelayMode::copy);
  EXPECT_EQ(counters_.copied_bytes == 0, GetParam() == RelayMode::splice);
  EXPECT_EQ(pipes_.lent(), 0U);
}

TEST_P(EveryFlow, KeepsLittleWhenTheSinkDoesNotReadAndLeavesTheSourceAlone) {
  const auto bytes = noise(8 * mebibyte, 2);
  const auto sent = fill_until_stalled(bytes);
  EXPECT_LE(flow_.stuck.size(), bounce_bytes);
  EXPECT_EQ(flow_.stuck.empty(), flow_.pipe != nullptr) << "one place, not two";
  EXPECT_EQ(flow_.pipe == nullptr, GetParam() == RelayMode::copy);
  EXPECT_LE(flow_.pipe ? flow_.pipe->held : 0, PipePool::wanted_capacity);
  EXPECT_LE(pipes_.lent(), 1U);
  const auto waiting = unread(flow_.from->fd());
  EXPECT_GT(waiting, 0U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(move(), Moved::idle);
  EXPECT_EQ(unread(flow_.from->fd()), waiting);
  flow_until([&] { return sink_.got.size() == sent; });
  EXPECT_TRUE(sink_.got == std::string_view(bytes).substr(0, sent));
  EXPECT_TRUE(flow_.stuck.empty());
  EXPECT_EQ(pipes_.lent(), 0U);
}

TEST_P(EveryFlow, PassesTheEndOnBehindEverythingThatWaits) {
  const auto bytes = noise(8 * mebibyte, 3);
  const auto sent = fill_until_stalled(bytes);
  source_.half_close();
  notice();
  EXPECT_EQ(move_all(), Moved::idle);
  EXPECT_FALSE(flow_.passed_on);
  flow_until([&] { return sink_.finished || sink_.error != 0; });
  EXPECT_EQ(sink_.error, 0);
  EXPECT_EQ(sink_.got.size(), sent);
  EXPECT_TRUE(sink_.got == std::string_view(bytes).substr(0, sent));
  EXPECT_TRUE(flow_.finished && flow_.passed_on);
}

TEST_P(EveryFlow, TellsOfAResetBehindWhatItHolds) {
  const auto bytes = noise(8 * mebibyte, 4);
  const auto sent = fill_until_stalled(bytes);
  source_.reset();
  notice();
  EXPECT_EQ(move_all(), Moved::idle) << "it still holds bytes, and does not read";
  const auto held = flow_.bytes + flow_.stuck.size() + (flow_.pipe ? flow_.pipe->held : 0);
  flow_until([&] { return last_ == Moved::source_broke; });
  EXPECT_EQ(flow_.broke_with, ECONNRESET);
  EXPECT_FALSE(flow_.passed_on);
  turn_until([&] { return sink_.read(), sink_.got.size() >= held; });
  EXPECT_TRUE(std::string_view(bytes).substr(0, sent).starts_with(sink_.got));
  EXPECT_FALSE(sink_.finished) << "a cut stream must not look like a whole one";
}

TEST_P(EveryFlow, TellsOfASinkThatIsGone) {
  const auto bytes = noise(8 * mebibyte, 5);
  fill_until_stalled(bytes);
  sink_.reset();
  turn_until([&] { return (last_ = move_all()) != Moved::idle; });
  EXPECT_EQ(last_, Moved::sink_broke);
  EXPECT_TRUE(flow_.broke_with == ECONNRESET || flow_.broke_with == EPIPE) << flow_.broke_with;
}

/// Some that make the flow bulk in automatic mode, an urgent byte, some more.
TEST_P(EveryFlow, LeavesAnUrgentByteInItsPlace) {
  std::string expected;
  for (const std::size_t before : {std::size_t{7}, 4 * bounce_bytes, std::size_t{0}, std::size_t{1}}) {
    const auto bytes = noise(before, before + 1);
    ASSERT_NO_FATAL_FAILURE(arrive(bytes));
    if (before > bounce_bytes) move_all();
    ASSERT_EQ(source_.send("!", MSG_OOB), 1U);
    ASSERT_EQ(source_.send("after"), 5U);
    expected += bytes + "!after";
    flow_until([&] { return sink_.got.size() == expected.size(); });
    ASSERT_TRUE(sink_.got == expected) << "after " << before;
  }
  source_.half_close();
  flow_until([&] { return sink_.finished; });
  EXPECT_EQ(sink_.got.size(), expected.size());
}

INSTANTIATE_TEST_SUITE_P(Modes, EveryFlow, every_mode, name_of);

/// When the loop hears of the bytes and of the end, and when the flow reads.
enum class Order { end_unheard_at_the_read, both_heard, end_after_the_read, both_unheard, end_unheard_after_the_read };

struct LastWords {
  const char* name;
  RelayMode mode;
  Order order;
};

void PrintTo(const LastWords& words, std::ostream* out) { *out << words.name; }

class LastWordsAndEnd : public FlowFixture, public testing::WithParamInterface<LastWords> {
 protected:
  LastWordsAndEnd() : FlowFixture(GetParam().mode) {}
  /// The loop is not asked.
  void end_arrives() {
    source_.half_close();
    ASSERT_TRUE(has_end(flow_.from->fd()));
  }
};

TEST_P(LastWordsAndEnd, AreBothPassedOn) {
  notice();
  flow_.from->readable = false;  // as after a read that found nothing
  ASSERT_EQ(source_.send("bye"), 3U);
  switch (GetParam().order) {
    case Order::both_unheard: end_arrives(); break;
    case Order::both_heard: end_arrives(), notice(); break;
    case Order::end_unheard_at_the_read: notice(), end_arrives(), static_cast<void>(move()); break;
    case Order::end_after_the_read: notice(), move_all(), end_arrives(); break;
    case Order::end_unheard_after_the_read: notice(), static_cast<void>(move()), end_arrives(); break;
  }
  flow_until([&] { return sink_.finished || sink_.error != 0; });
  EXPECT_EQ(sink_.got, "bye");
  EXPECT_TRUE(flow_.passed_on);
}

constexpr LastWords last_words[] = {
    {"CopyUnheard", RelayMode::copy, Order::both_unheard},
    {"CopyHeard", RelayMode::copy, Order::both_heard},
    {"CopyEndBeforeTheRead", RelayMode::copy, Order::end_unheard_at_the_read},
    {"CopyEndAfterTheRead", RelayMode::copy, Order::end_after_the_read},
    {"CopyEndAfterOneRead", RelayMode::copy, Order::end_unheard_after_the_read},
    {"SpliceUnheard", RelayMode::splice, Order::both_unheard},
    {"SpliceHeard", RelayMode::splice, Order::both_heard},
    {"SpliceEndBeforeTheRead", RelayMode::splice, Order::end_unheard_at_the_read},
    {"SpliceEndAfterTheRead", RelayMode::splice, Order::end_after_the_read},
    {"SpliceEndAfterOneRead", RelayMode::splice, Order::end_unheard_after_the_read},
};

INSTANTIATE_TEST_SUITE_P(Orders, LastWordsAndEnd, testing::ValuesIn(last_words),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace shirgate::test
