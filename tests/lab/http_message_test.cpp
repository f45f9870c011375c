#include "lab/http_message.hpp"

#include <gtest/gtest.h>

namespace shirgate::lab {
namespace {

TEST(HttpMessage, ReadsARequestHead) {
  const auto message = parse_head("PUT /staging/block HTTP/1.1\r\nHost: a.example\r\nContent-LENGTH:  12\r\n\r\n");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->method(), "PUT");
  EXPECT_EQ(message->path(), "/staging/block");
  EXPECT_EQ(message->field("host"), "a.example");
  EXPECT_EQ(body_length(*message), 12U);
}

TEST(HttpMessage, ReadsAStatus) {
  EXPECT_EQ(parse_head("HTTP/1.1 403 Forbidden\r\n\r\n")->status(), 403);
  EXPECT_EQ(parse_head("HTTP/1.1 403\r\n\r\n")->status(), 403);
  EXPECT_EQ(parse_head("HTTP/1.1\r\n\r\n")->status(), 0);
  EXPECT_EQ(parse_head("SSH-2.0 -oops\r\n\r\n")->status(), 0);
}

TEST(HttpMessage, RefusesWhatIsNone) {
  EXPECT_FALSE(parse_head(""));
  EXPECT_FALSE(parse_head("GET / HTTP/1.1"));
  EXPECT_FALSE(parse_head("GET / HTTP/1.1\r\nno colon\r\n\r\n"));
}

TEST(HttpMessage, RefusesLengthsThatAreNoneOrTooLarge) {
  HttpMessage message{"GET / HTTP/1.1"};
  EXPECT_EQ(body_length(message), 0U);
  for (const auto* text : {"-1", "1x", "0x10", "99999999999999999999", "67108865"}) {
    message.fields["content-length"] = text;
    EXPECT_FALSE(body_length(message)) << text;
  }
}

TEST(HttpMessage, ReadsWhatItWrote) {
  const HttpMessage message{"HTTP/1.1 200 OK", {{"content-type", "text/plain"}}, "hello"};
  const auto text = to_text(message);
  ASSERT_TRUE(text.ends_with("\r\n\r\nhello")) << text;
  const auto again = parse_head(text.substr(0, text.size() - 5));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->start_line, message.start_line);
  EXPECT_EQ(again->field("content-type"), "text/plain");
  EXPECT_EQ(body_length(*again), 5U);
}

TEST(HttpMessage, StatesTheLengthOnce) {
  const auto message = parse_head("PUT /x HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
  ASSERT_TRUE(message);
  EXPECT_EQ(to_text(*message), "PUT /x HTTP/1.1\r\ncontent-length: 5\r\n\r\n");
  const HttpMessage empty{"PUT /x HTTP/1.1", {{"content-length", ""}}};
  EXPECT_EQ(to_text(empty), "PUT /x HTTP/1.1\r\ncontent-length: \r\n\r\n");
}

}  // namespace
}  // namespace shirgate::lab
