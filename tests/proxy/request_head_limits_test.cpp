// The limits of a request head, one below, at and one above; and what mutation does to it.
#include <gtest/gtest.h>

#include <random>

#include "head_reading.hpp"

namespace shirgate::test {
namespace {

using State = RequestHead::State;

/// A head of exactly `size` bytes.
std::string head_of(std::size_t size) {
  const auto bare = connect_to("a.example:443", "X: \r\n");
  return connect_to("a.example:443", "X: " + std::string(size - bare.size(), 'x') + "\r\n");
}

/// A head whose request line has exactly `size` bytes; its target is no host.
std::string line_of(std::size_t size) {
  constexpr std::string_view rest = "CONNECT  HTTP/1.1";
  return "CONNECT " + std::string(size - rest.size(), 'a') + " HTTP/1.1\r\n\r\n";
}

std::string fields(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "X: y\r\n";
  return text;
}

class HeadLimits : public testing::TestWithParam<HeadOutcome (*)(std::string_view)> {
 protected:
  static HeadOutcome read(std::string_view text) { return GetParam()(text); }
};

TEST_P(HeadLimits, TakeAHeadOfEightKibibytes) {
  for (const std::size_t size : {max_request_head_bytes - 1, max_request_head_bytes})
    EXPECT_EQ(read(head_of(size)).consumed, size);
  for (std::size_t more = 1; more <= 5; ++more)
    EXPECT_EQ(read(head_of(max_request_head_bytes + more)).reason, Reason::header_too_large) << more;
}

TEST_P(HeadLimits, DoNotCountAnEmptyLineInFront) {
  for (const std::size_t size : {max_request_head_bytes - 1, max_request_head_bytes})
    EXPECT_EQ(read("\r\n" + head_of(size)).consumed, size + 2);
  EXPECT_EQ(read("\r\n" + head_of(max_request_head_bytes + 1)).reason, Reason::header_too_large);
}

TEST_P(HeadLimits, EndAHeadWithoutEnd) {
  const auto endless = "CONNECT a.example:443 HTTP/1.1\r\nX: " + std::string(100'000, 'x');
  EXPECT_EQ(read(endless).reason, Reason::header_too_large);
}

TEST_P(HeadLimits, TakeARequestLineOfTwoKibibytes) {
  for (const std::size_t size : {max_request_line_bytes - 1, max_request_line_bytes})
    EXPECT_EQ(read(line_of(size)).reason, Reason::bad_host) << "read, and found to name no host";
  EXPECT_EQ(read(line_of(max_request_line_bytes + 1)).reason, Reason::request_line_too_long);
  EXPECT_EQ(read(std::string(max_request_line_bytes, 'a')).state, State::more);
  EXPECT_EQ(read(std::string(max_request_line_bytes + 1, 'a')).reason, Reason::request_line_too_long);
  EXPECT_EQ(read("\r\n" + std::string(max_request_line_bytes + 1, 'a')).reason, Reason::request_line_too_long);
}

TEST_P(HeadLimits, TakeSixtyFourFields) {
  EXPECT_EQ(read(connect_to("a.example:443", fields(max_request_fields - 2))).state, State::whole);
  EXPECT_EQ(read(connect_to("a.example:443", fields(max_request_fields - 1))).state, State::whole);
  EXPECT_EQ(read(connect_to("a.example:443", fields(max_request_fields))).reason, Reason::header_too_large);
}

INSTANTIATE_TEST_SUITE_P(Readings, HeadLimits, testing::Values(&read_at_once, &read_byte_by_byte),
                         [](const auto& one) { return one.index == 0 ? "AtOnce" : "ByteByByte"; });

std::string mutated(std::string text, std::mt19937& random) {
  constexpr std::string_view bytes = "\r\n :\t\0aH/1.@[]%\x7f\x80\xff";
  for (auto changes = 1 + random() % 3; changes > 0 && !text.empty(); --changes) {
    const auto at = random() % text.size();
    const char byte = random() % 4 == 0 ? static_cast<char>(random()) : bytes[random() % bytes.size()];
    switch (random() % 4) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      case 2: text.erase(at, 1 + random() % 4); break;
      case 3: text.insert(at, text.substr(random() % text.size(), random() % 20)); break;
    }
  }
  return text;
}

TEST(RequestHead, EndsInOneClearStateWhateverMutationDoesToIt) {
  const auto good = connect_to("a.example:443", "User-Agent: x\r\nAccept: application/json\r\nContent-Length: 0\r\n");
  std::mt19937 random(11);
  std::size_t whole = 0;
  for (int round = 0; round < 20'000; ++round) {
    const auto text = mutated(good, random);
    const auto outcome = read_at_once(text);
    ASSERT_EQ(read_byte_by_byte(text), outcome) << testing::PrintToString(text);
    if (outcome.state == State::refused) {
      EXPECT_NE(outcome.reason, Reason::allowed);
    }
    if (outcome.state != State::whole) continue;
    ++whole;
    ASSERT_LE(outcome.consumed, text.size());
    ASSERT_EQ(text.substr(outcome.consumed - 4, 4), "\r\n\r\n");
  }
  EXPECT_GT(whole, 1000U);
}

}  // namespace
}  // namespace shirgate::test
