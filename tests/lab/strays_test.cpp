// What the gate's firewall counted, and what is made of it. The JSON is what nft 1.0.6 printed.
#include "lab/strays.hpp"

#include <gtest/gtest.h>

#include "tests/lab/flawless.hpp"

namespace shirgate::lab {
namespace {

constexpr std::string_view listed_by_nft =
    R"({"nftables": [{"metainfo": {"version": "1.0.6"}}, {"table": {"family": "inet", "name": "shirgate_lab"}},
{"counter": {"family": "inet", "name": "strays", "table": "shirgate_lab", "packets": 3, "bytes": 150}},
{"set": {"family": "inet", "name": "tried", "table": "shirgate_lab", "elem": [
  {"elem": {"val": {"concat": ["20.60.0.53", "udp", 53]}, "counter": {"packets": 1, "bytes": 30}}},
  {"elem": {"val": {"concat": ["20.60.0.4", "tcp", 443]}, "counter": {"packets": 2, "bytes": 120}}}]}},
{"chain": {"family": "inet", "table": "shirgate_lab", "name": "forward", "policy": "drop"}},
{"rule": {"family": "inet", "table": "shirgate_lab", "chain": "forward", "expr": [{"counter": "strays"}]}}]})";

const Endpoint update{*parse_address("20.60.0.4"), 443};
const Endpoint name_server{*parse_address("20.60.0.53"), 53};

Strays counted() { return *read_strays(listed_by_nft); }

std::vector<DirectTry> tries() {
  return {{.name = "download.microsoft.com", .to = update, .ended = "Connection refused"},
          {.name = "the name server", .to = name_server, .protocol = IpProtocol::udp, .ended = "Connection refused"}};
}

TEST(Strays, AreReadFromWhatNftPrints) {
  const auto strays = read_strays(listed_by_nft);
  ASSERT_TRUE(strays.has_value()) << strays.error().text();
  EXPECT_EQ(strays->packets, 3U);
  ASSERT_EQ(strays->tried.size(), 2U);
  EXPECT_EQ(strays->tried[0].to, update);
  EXPECT_EQ(strays->tried[0].packets, 2U);
  EXPECT_EQ(strays->tried[0].protocol, IpProtocol::tcp);
  EXPECT_EQ(strays->tried[1].to, name_server);
  EXPECT_EQ(strays->tried[1].protocol, IpProtocol::udp);
}

TEST(Strays, AreReadWhereTheMachineHasNoNamesOfProtocols) {
  std::string numbers(listed_by_nft);
  numbers.replace(numbers.find("\"udp\""), 5, "17");
  numbers.replace(numbers.find("\"tcp\""), 5, "6");
  const auto strays = read_strays(numbers);
  ASSERT_TRUE(strays.has_value()) << strays.error().text();
  EXPECT_EQ(strays->tried[0].protocol, IpProtocol::tcp);
  EXPECT_EQ(strays->tried[1].protocol, IpProtocol::udp);
  numbers.replace(numbers.find(", 6,"), 4, ", 1,");
  EXPECT_TRUE(read_strays(numbers).has_error());
}

TEST(Strays, AreNoneWhereTheSetIsEmpty) {
  const auto strays = read_strays(R"({"nftables": [{"counter": {"name": "strays", "packets": 0, "bytes": 0}},
                                      {"set": {"name": "tried"}}]})");
  ASSERT_TRUE(strays.has_value()) << strays.error().text();
  EXPECT_EQ(strays->packets, 0U);
  EXPECT_TRUE(strays->tried.empty());
}

TEST(Strays, AreNotMadeUpWhereNobodyCounted) {
  for (const auto* text :
       {"", "Error: no such file", "{}", R"({"nftables": []})", R"({"nftables": [7]})",
        R"({"nftables": [{"counter": {"name": "strays"}}, {"set": {"name": "tried", "elem": [1]}}]})"})
    EXPECT_TRUE(read_strays(text).has_error()) << text;
}

TEST(StraysExpected, HoldWhereNothingGotOut) { EXPECT_EQ(broken_lines(judge_strays(tries(), 0, {}, counted())), ""); }

TEST(StraysExpected, NoticeWhatAnswers) {
  auto tried = tries();
  tried.front().answered = true;
  EXPECT_NE(broken_lines(judge_strays(tried, 0, {}, counted())).find("it answered"), std::string::npos);
}

TEST(StraysExpected, NoticeWhatWasNotCounted) {
  auto strays = counted();
  strays.tried.erase(strays.tried.begin());
  const auto broken = broken_lines(judge_strays(tries(), 0, {}, strays));
  EXPECT_NE(broken.find("20.60.0.4:443 (tcp) does not answer, and the try is counted"), std::string::npos) << broken;
}

TEST(StraysExpected, NoticeTheSamePortOfAnotherProtocol) {
  auto strays = counted();
  strays.tried.front().protocol = IpProtocol::udp;
  EXPECT_NE(broken_lines(judge_strays(tries(), 0, {}, strays)).find("0 packets counted"), std::string::npos);
}

TEST(StraysExpected, NoticeWhatArrived) {
  EXPECT_NE(broken_lines(judge_strays(tries(), 1, {}, counted())).find("1 connections"), std::string::npos);
  EXPECT_NE(broken_lines(judge_strays(tries(), 0, {"around.example"}, counted())).find("around.example"),
            std::string::npos);
}

TEST(StraysExpected, NoticeWhatNobodyMeantToTry) {
  auto strays = counted();
  strays.tried.push_back({.to = {*parse_address("8.8.8.8"), 53}, .protocol = IpProtocol::udp, .packets = 1});
  EXPECT_NE(broken_lines(judge_strays(tries(), 0, {}, strays)).find("8.8.8.8:53 (udp)"), std::string::npos);
}

TEST(StraysExpected, NoticeWhatHasNoPorts) {
  auto strays = counted();
  strays.packets += 2;
  EXPECT_NE(broken_lines(judge_strays(tries(), 0, {}, strays)).find("2 packets of other protocols"), std::string::npos);
}

}  // namespace
}  // namespace shirgate::lab
