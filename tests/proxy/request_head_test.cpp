#include "proxy/ingress/request_head.hpp"

#include <gtest/gtest.h>

#include "head_reading.hpp"

namespace shirgate::test {
namespace {

using State = RequestHead::State;

struct HeadCase {
  const char* name;
  std::string text;
  Reason reason;  ///< allowed: it is whole
};

void PrintTo(const HeadCase& item, std::ostream* out) { *out << item.name; }

class Head : public testing::TestWithParam<HeadCase> {};

TEST_P(Head, ComesToWhatTheTableSays) {
  const auto outcome = read_at_once(GetParam().text);
  EXPECT_EQ(to_string(outcome.reason), to_string(GetParam().reason)) << testing::PrintToString(outcome);
  EXPECT_EQ(outcome.state, GetParam().reason == Reason::allowed ? State::whole : State::refused);
}

TEST_P(Head, ComesToTheSameByteByByte) { EXPECT_EQ(read_byte_by_byte(GetParam().text), read_at_once(GetParam().text)); }

std::string name_of(const testing::TestParamInfo<HeadCase>& one) { return one.param.name; }

/// A CONNECT to a.example:443 with these fields and no others.
std::string with_fields(std::string_view fields, std::string_view version = "HTTP/1.1") {
  return "CONNECT a.example:443 " + std::string(version) + "\r\n" + std::string(fields) + "\r\n";
}

std::string with_line(std::string_view line) { return std::string(line) + "\r\nHost: a.example\r\n\r\n"; }

INSTANTIATE_TEST_SUITE_P(
    Tolerated, Head,
    testing::Values(
        HeadCase{"Plain", connect_to("a.example:443"), Reason::allowed},
        HeadCase{"EmptyLineInFront", "\r\n" + connect_to("a.example:443"), Reason::allowed},
        HeadCase{"HostWithoutPort", with_fields("Host: a.example\r\n"), Reason::allowed},
        HeadCase{"HostInOtherCase", with_fields("HOST: A.Example:443\r\n"), Reason::allowed},
        HeadCase{"TargetInOtherCase", connect_to("A.Example:443"), Reason::allowed},
        HeadCase{"SpacesAroundTheValue", with_fields("Host: \t a.example:443 \t\r\n"), Reason::allowed},
        HeadCase{"NoSpaceBeforeTheValue", with_fields("Host:a.example:443\r\n"), Reason::allowed},
        HeadCase{"Http10WithoutHost", with_fields("", "HTTP/1.0"), Reason::allowed},
        HeadCase{"Http10WithHost", with_fields("Host: a.example\r\n", "HTTP/1.0"), Reason::allowed},
        HeadCase{"ConnectionClose", connect_to("a.example:443", "Connection: close\r\n"), Reason::allowed},
        HeadCase{"ProxyConnection", connect_to("a.example:443", "Proxy-Connection: keep-alive\r\n"), Reason::allowed},
        HeadCase{"Expect", connect_to("a.example:443", "Expect: 100-continue\r\n"), Reason::allowed},
        HeadCase{"ContentLengthZero", connect_to("a.example:443", "Content-Length: 0\r\n"), Reason::allowed},
        HeadCase{"OneProxyAuthorization", connect_to("a.example:443", "Proxy-Authorization: Basic eA==\r\n"),
                 Reason::allowed},
        HeadCase{"EmptyValue", connect_to("a.example:443", "X-Empty:\r\n"), Reason::allowed},
        HeadCase{"NonAsciiInAValue", connect_to("a.example:443", "User-Agent: b\xc3\xbc\r\n"), Reason::allowed},
        HeadCase{"TabInAValue", connect_to("a.example:443", "User-Agent: a\tb\r\n"), Reason::allowed},
        HeadCase{"UserAgentTwice", connect_to("a.example:443", "User-Agent: a\r\nUser-Agent: b\r\n"), Reason::allowed}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    RequestLine, Head,
    testing::Values(
        HeadCase{"TlsHello", "\x16\x03\x01\x02\x01\x01\x01\xfc", Reason::bad_request_line},
        HeadCase{"SocksHello", std::string("\x05\x01\x00", 3), Reason::bad_request_line},
        HeadCase{"Nul", std::string("\0", 1), Reason::bad_request_line},
        HeadCase{"LeadingSpace", " CONNECT a.example:443 HTTP/1.1\r\n\r\n", Reason::bad_request_line},
        HeadCase{"LeadingLineFeed", "\nCONNECT a.example:443 HTTP/1.1\r\n\r\n", Reason::bad_request_line},
        HeadCase{"TwoEmptyLinesInFront", "\r\n\r\n" + connect_to("a.example:443"), Reason::bad_request_line},
        HeadCase{"BareLineFeed", "CONNECT a.example:443 HTTP/1.1\nHost: a.example\n\n", Reason::bad_request_line},
        HeadCase{"BareCarriageReturn", "CONNECT a.example:443\r HTTP/1.1\r\n\r\n", Reason::bad_request_line},
        HeadCase{"NoVersion", with_line("CONNECT a.example:443"), Reason::bad_request_line},
        HeadCase{"MethodAlone", with_line("CONNECT"), Reason::bad_request_line},
        HeadCase{"TwoSpaces", with_line("CONNECT  a.example:443 HTTP/1.1"), Reason::bad_request_line},
        HeadCase{"SpaceInTheTarget", with_line("CONNECT a.example :443 HTTP/1.1"), Reason::bad_request_line},
        HeadCase{"SpaceAtTheEnd", with_line("CONNECT a.example:443 HTTP/1.1 "), Reason::bad_request_line},
        HeadCase{"TabsAsSpaces", with_line("CONNECT\ta.example:443\tHTTP/1.1"), Reason::bad_request_line},
        HeadCase{"ParenthesisInTheMethod", with_line("CON(NECT a.example:443 HTTP/1.1"), Reason::bad_request_line},
        HeadCase{"VersionInLowerCase", with_line("CONNECT a.example:443 http/1.1"), Reason::bad_request_line},
        HeadCase{"VersionTooLong", with_line("CONNECT a.example:443 HTTP/1.10"), Reason::bad_request_line},
        HeadCase{"VersionWithoutDot", with_line("CONNECT a.example:443 HTTP/11x"), Reason::bad_request_line},
        HeadCase{"Http2", with_line("CONNECT a.example:443 HTTP/2.0"), Reason::bad_version},
        HeadCase{"Http12", with_line("CONNECT a.example:443 HTTP/1.2"), Reason::bad_version},
        HeadCase{"Http09", with_line("CONNECT a.example:443 HTTP/0.9"), Reason::bad_version},
        HeadCase{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Reason::bad_version},
        HeadCase{"ConnectInLowerCase", with_line("connect a.example:443 HTTP/1.1"), Reason::method_not_served},
        HeadCase{"UnknownMethod", with_line("BREW a.example:443 HTTP/1.1"), Reason::method_not_served},
        HeadCase{"OptionsStar", with_line("OPTIONS * HTTP/1.1"), Reason::method_not_served},
        HeadCase{"GetPath", with_line("GET / HTTP/1.1"), Reason::bad_target},
        HeadCase{"GetUrl", with_line("GET http://a.example/ HTTP/1.1"), Reason::scheme_not_served},
        HeadCase{"PostHttpsUrl", with_line("POST https://a.example/ HTTP/1.1"), Reason::scheme_not_served},
        HeadCase{"NoPort", connect_to("a.example"), Reason::bad_port},
        HeadCase{"Url", connect_to("https://a.example:443"), Reason::bad_authority},
        HeadCase{"Userinfo", connect_to("u@a.example:443"), Reason::bad_authority},
        HeadCase{"TrailingDot", connect_to("a.example.:443"), Reason::bad_host},
        HeadCase{"NulInTheHost", connect_to(std::string_view("a\0.example:443", 14)), Reason::bad_host},
        HeadCase{"Address", connect_to("10.0.0.5:443"), Reason::ip_literal_not_listed},
        HeadCase{"Ipv6Address", connect_to("[::1]:443"), Reason::ip_literal_not_listed},
        HeadCase{"AddressBehindABadField", connect_to("10.0.0.5:443", "X : y\r\n"), Reason::bad_header}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Fields, Head,
    testing::Values(
        HeadCase{"SpaceBeforeTheColon", connect_to("a.example:443", "X : y\r\n"), Reason::bad_header},
        HeadCase{"FoldedLine", connect_to("a.example:443", "X: y\r\n z\r\n"), Reason::bad_header},
        HeadCase{"FoldedFirstLine", with_fields(" Host: a.example\r\n"), Reason::bad_header},
        HeadCase{"NoColon", connect_to("a.example:443", "garbage\r\n"), Reason::bad_header},
        HeadCase{"NoName", connect_to("a.example:443", ": y\r\n"), Reason::bad_header},
        HeadCase{"NonAsciiName", connect_to("a.example:443", "X\xc3\xbc: y\r\n"), Reason::bad_header},
        HeadCase{"NulInAValue", connect_to("a.example:443", std::string_view("X: \0\r\n", 6)), Reason::bad_header},
        HeadCase{"EscapeInAValue", connect_to("a.example:443", "X: \x1b[2J\r\n"), Reason::bad_header},
        HeadCase{"BareLineFeed", connect_to("a.example:443", "X: y\nZ: z\r\n"), Reason::bad_header},
        HeadCase{"BareCarriageReturn", connect_to("a.example:443", "X: y\rZ: z\r\n"), Reason::bad_header},
        HeadCase{"LineFeedsAtTheEnd", "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\n\n", Reason::bad_header},
        HeadCase{"TwoProxyAuthorizations",
                 connect_to("a.example:443", "Proxy-Authorization: a\r\nProxy-Authorization: b\r\n"),
                 Reason::bad_header},
        HeadCase{"NoHost", with_fields(""), Reason::bad_host_header},
        HeadCase{"EmptyHost", with_fields("Host:\r\n"), Reason::bad_host_header},
        HeadCase{"TwoHosts", with_fields("Host: a.example\r\nHost: a.example\r\n"), Reason::bad_host_header},
        HeadCase{"TwoHostsInHttp10", with_fields("Host: a.example\r\nHost: a.example\r\n", "HTTP/1.0"),
                 Reason::bad_host_header},
        HeadCase{"OtherHost", with_fields("Host: b.example\r\n"), Reason::host_mismatch},
        HeadCase{"OtherHostInHttp10", with_fields("Host: b.example\r\n", "HTTP/1.0"), Reason::host_mismatch},
        HeadCase{"OtherPort", with_fields("Host: a.example:444\r\n"), Reason::host_mismatch},
        HeadCase{"EmptyPort", with_fields("Host: a.example:\r\n"), Reason::host_mismatch},
        HeadCase{"PortWithZero", with_fields("Host: a.example:0443\r\n"), Reason::host_mismatch},
        HeadCase{"HostWithTrailingDot", with_fields("Host: a.example.\r\n"), Reason::host_mismatch},
        HeadCase{"HostList", with_fields("Host: a.example, b.example\r\n"), Reason::host_mismatch},
        HeadCase{"HostWithUserinfo", with_fields("Host: x@a.example:443\r\n"), Reason::host_mismatch},
        HeadCase{"ContentLength", connect_to("a.example:443", "Content-Length: 5\r\n"), Reason::body_not_allowed},
        HeadCase{"ContentLengthWithSign", connect_to("a.example:443", "Content-Length: +0\r\n"), Reason::bad_header},
        HeadCase{"ContentLengthTwice", connect_to("a.example:443", "Content-Length: 0\r\nContent-Length: 5\r\n"),
                 Reason::bad_header},
        HeadCase{"Chunked", connect_to("a.example:443", "Transfer-Encoding: chunked\r\n"), Reason::body_not_allowed},
        HeadCase{"UnknownCoding", connect_to("a.example:443", "Transfer-Encoding: identity\r\n"),
                 Reason::body_not_allowed},
        HeadCase{"ChunkedAndLength", connect_to("a.example:443", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n"),
                 Reason::bad_header}),
    name_of);

TEST(RequestHead, LeavesTheTunnelsBytesAlone) {
  const auto head = connect_to("a.example:443");
  for (const auto* tunnel : {"\x16\x03\x01", "\r\n\r\n", "\n", "GET / HTTP/1.1\r\n\r\n"}) {
    const auto outcome = read_at_once(head + tunnel);
    EXPECT_EQ(outcome.state, State::whole) << tunnel;
    EXPECT_EQ(outcome.consumed, head.size());
  }
  EXPECT_EQ(read_at_once("\r\n" + head + "x").consumed, head.size() + 2);
}

TEST(RequestHead, AsksForMoreUntilTheEmptyLine) {
  const auto head = "\r\n" + connect_to("a.example:443", "X: y\r\n");
  for (std::size_t size = 0; size < head.size(); ++size)
    EXPECT_EQ(read_at_once(std::string_view(head).substr(0, size)).state, State::more) << size;
}

TEST(RequestHead, KnowsWhoPrefersJson) {
  EXPECT_TRUE(read_at_once(connect_to("a.example:443", "Accept: application/json\r\n")).json);
  EXPECT_TRUE(read_at_once(connect_to("a.example:443", "Accept: text/plain, application/json;q=0.9\r\n")).json);
  EXPECT_FALSE(read_at_once(connect_to("a.example:443", "Accept: */*\r\n")).json);
}

TEST(RequestHead, KeepsWhatTheClientWroteForTheLog) {
  RequestHead head;
  EXPECT_EQ(head.read("CONNECT A_b:443 HTTP/1.1\r\n"), State::refused);
  EXPECT_EQ(head.target_text(), "A_b:443");
}

TEST(RequestHead, KeepsNoSecretOfAUrlForTheLog) {
  const auto kept = [](std::string_view target) {
    RequestHead head;
    static_cast<void>(head.read("GET " + std::string(target) + " HTTP/1.1\r\n"));
    return std::string(head.target_text());
  };
  EXPECT_EQ(kept("https://a.example/c/blob?sig=SECRET"), "https://a.example/...");
  EXPECT_EQ(kept("https://user:SECRET@a.example/x"), "https://...@a.example/...");
  EXPECT_EQ(kept("https://a@SECRET@b.example"), "https://...@b.example");
  EXPECT_EQ(kept("u:SECRET@a.example:443"), "...@a.example:443");
  EXPECT_EQ(kept("a.example:443?SECRET"), "a.example:443/...");
  EXPECT_EQ(kept("/SECRET"), "/...");
}

TEST(RequestHead, HandsOverTheMethodOfAConnect) {
  RequestHead head;
  ASSERT_EQ(head.read(connect_to("A.example:8443")), State::whole);
  EXPECT_EQ(head.asked().method, "CONNECT");
  EXPECT_EQ(head.asked().protocol, std::nullopt);
  EXPECT_EQ(head.asked().target, *parse_target("a.example:8443"));
}

}  // namespace
}  // namespace shirgate::test
