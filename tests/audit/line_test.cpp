#include "audit/line.hpp"

#include <gtest/gtest.h>

#include "audit/chain.hpp"
#include "audit/fields.hpp"

namespace shirgate::test {
namespace {

const std::string hash(64, 'a');
const std::string open_line = R"({"shirgate.seq":42,"shirgate.prev":")" + hash +
                              R"(","shirgate.gate":"00c0ffee00000017","@timestamp":"2026-11-22T12:00:00.000Z",)"
                              R"("event.action":"open","shirgate.tunnel":"000000000000002a","shirgate.asked":"x"})";

TEST(Line, IsReadAsFarAsItsFrontGoes) {
  const auto front = read_line_front(open_line);
  ASSERT_TRUE(front);
  EXPECT_EQ(front->seq, 42U);
  EXPECT_EQ(to_hex(front->prev), hash);
  EXPECT_EQ(front->gate, "00c0ffee00000017");
  EXPECT_EQ(front->body.at, "2026-11-22T12:00:00.000Z");
  EXPECT_EQ(front->body.action, "open");
  EXPECT_EQ(front->body.tunnel, 0x2aU);
}

TEST(Line, IsNoneWhenItsFrontIsOtherwise) {
  for (std::size_t size = 0; size < open_line.size(); ++size)
    EXPECT_FALSE(read_line_front(std::string_view(open_line).substr(0, size))) << size;
  for (const auto* text : {"", "{}", "[]", "{\"shirgate.seq\":1}", "{\"shirgate.seq\":x,"})
    EXPECT_FALSE(read_line_front(text)) << text;
  EXPECT_FALSE(read_line_front(' ' + open_line));
  auto upper = open_line;
  upper[40] = 'A';
  EXPECT_FALSE(read_line_front(upper)) << upper;
}

TEST(Line, NeedNotBeAboutATunnel) {
  const auto front = read_body_front(R"({"@timestamp":"t","event.action":"stop","message":"x"})");
  ASSERT_TRUE(front);
  EXPECT_EQ(front->action, "stop");
  EXPECT_EQ(front->tunnel, 0U);
}

TEST(Line, GivesValuesByTheirKeys) {
  const std::string line = R"({"a":"x,\"b\":\"trap\"","b":"right","n":17,"nb":"other"})";
  EXPECT_EQ(text_value(line, "b"), "right");
  EXPECT_EQ(number_value(line, "n"), 17U);
  EXPECT_EQ(text_value(line, "n"), "");
  EXPECT_EQ(text_value(line, "missing"), "");
  EXPECT_FALSE(number_value(line, "b"));
  EXPECT_FALSE(number_value(line, "missing"));
}

TEST(Identifier, IsSixteenDigits) {
  EXPECT_EQ(parse_identifier("00c0ffee00000017"), 0x00c0ffee00000017U);
  for (const auto* text : {"", "2a", "00c0ffee0000001", "00c0ffee000000170", "00c0ffee0000001x", "0x00ffee00000017"})
    EXPECT_FALSE(parse_identifier(text)) << text;
}

TEST(Chain, NumbersLinesAndPassesTheirHashesOn) {
  Chain chain("00c0ffee00000017", {});
  std::string text;
  chain.append(text, R"({"a":1})");
  const auto first = text.substr(0, text.size() - 1);
  EXPECT_EQ(text, R"({"shirgate.seq":1,"shirgate.prev":")" + std::string(64, '0') +
                      R"(","shirgate.gate":"00c0ffee00000017","a":1})" + '\n');
  const auto before = chain.end();
  chain.append(text, R"({"b":2})");
  EXPECT_EQ(text.substr(first.size() + 1), R"({"shirgate.seq":2,"shirgate.prev":")" + to_hex(sha256(first)) +
                                               R"(","shirgate.gate":"00c0ffee00000017","b":2})" + '\n');
  EXPECT_EQ(chain.end().next_seq, 3U);
  chain.go_back_to(before);
  std::string again;
  chain.append(again, R"({"b":2})");
  EXPECT_EQ(text.substr(first.size() + 1), again);
}

TEST(Chain, SignsFourLinesOfText) {
  EXPECT_EQ(head_text("00c0ffee00000017", 7, Sha256Digest{}),
            "shirgate-head-1\n00c0ffee00000017\n7\n" + std::string(64, '0') + '\n');
}

}  // namespace
}  // namespace shirgate::test
