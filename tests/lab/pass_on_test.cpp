// What is passed on to another HTTP server, and what comes back.
#include "lab/pass_on.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "lab/loopback_listener.hpp"

namespace shirgate::lab {
namespace {

/// Reads one request, answers what it was told to, and hangs up.
class PlainServer {
 public:
  explicit PlainServer(std::string answer) : answer_(std::move(answer)) {}

  [[nodiscard]] HttpMessage ask(const HttpMessage& request) { return pass_on_to(listener_.at())(request); }
  /// The request as it came.
  [[nodiscard]] std::string asked() {
    EXPECT_TRUE(listener_.settle(std::chrono::seconds(10)));
    return asked_;
  }

 private:
  void serve(BlockingSocket& socket) {
    asked_ = socket.read_through("\r\n\r\n", max_head_bytes);
    const auto head = parse_head(asked_);
    if (head) asked_ += socket.read_up_to(body_length(*head).value_or(0));
    socket.write_all(answer_);
  }

  std::string answer_;
  std::string asked_;
  LoopbackListener listener_{[this](BlockingSocket& socket) { serve(socket); }};
};

TEST(PassOn, PutsTheRequestAsItCame) {
  PlainServer server("HTTP/1.1 201 Created\r\netag: x\r\nconnection: close\r\n\r\n");
  const HttpMessage request{"PUT /c/b?comp=block HTTP/1.1",
                            {{"content-length", "5"}, {"connection", "keep-alive"}, {"x-ms-date", "today"}},
                            "bytes"};
  const auto answer = server.ask(request);
  EXPECT_EQ(to_text(answer), "HTTP/1.1 201 Created\r\netag: x\r\ncontent-length: 0\r\n\r\n");
  EXPECT_EQ(server.asked(), "PUT /c/b?comp=block HTTP/1.0\r\ncontent-length: 5\r\nx-ms-date: today\r\n\r\nbytes");
}

TEST(PassOn, GivesBackABodyWithOrWithoutItsLength) {
  for (const auto* length : {"", "content-length: 4\r\n"}) {
    PlainServer server(fmt::format("HTTP/1.1 206 Partial Content\r\n{}\r\nfour", length));
    const auto answer = server.ask({"GET /c/b HTTP/1.1"});
    EXPECT_EQ(to_text(answer), "HTTP/1.1 206 Partial Content\r\ncontent-length: 4\r\n\r\nfour");
  }
}

TEST(PassOn, KeepsTheLengthThatHeadAsksFor) {
  PlainServer server("HTTP/1.1 200 OK\r\ncontent-length: 77\r\n\r\n");
  const auto answer = server.ask({"HEAD /c/b HTTP/1.1"});
  EXPECT_EQ(to_text(answer), "HTTP/1.1 200 OK\r\ncontent-length: 77\r\n\r\n");
}

TEST(PassOn, TellsACutAnswerFromAWholeOne) {
  PlainServer cut("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfour");
  const auto answer = cut.ask({"GET /c/b HTTP/1.1"});
  EXPECT_EQ(answer.status(), 502);
  EXPECT_NE(answer.body.find("was cut"), std::string::npos) << answer.body;
  PlainServer silent("");
  EXPECT_EQ(silent.ask({"GET /c/b HTTP/1.1"}).status(), 502);
}

TEST(PassOn, RefusesAnAnswerThatIsTooLong) {
  PlainServer longer("HTTP/1.1 200 OK\r\n\r\n" + std::string(max_body_bytes + 1, 'x'));
  const auto answer = longer.ask({"GET /c/b HTTP/1.1"});
  EXPECT_EQ(answer.status(), 502);
  EXPECT_NE(answer.body.find("its length is none that the lab takes"), std::string::npos) << answer.body;
  PlainServer states("HTTP/1.1 200 OK\r\ncontent-length: 67108865\r\n\r\n");
  EXPECT_EQ(states.ask({"GET /c/b HTTP/1.1"}).status(), 502);
}

TEST(PassOn, RefusesAnAnswerInChunks) {
  PlainServer server("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nfour\r\n0\r\n\r\n");
  const auto answer = server.ask({"GET /c/b HTTP/1.1"});
  EXPECT_EQ(answer.status(), 502);
  EXPECT_NE(answer.body.find("in chunks"), std::string::npos) << answer.body;
}

TEST(PassOn, RefusesARequestInChunks) {
  PlainServer server("HTTP/1.1 201 Created\r\n\r\n");
  const auto answer = server.ask({"PUT /c/b HTTP/1.1", {{"transfer-encoding", "chunked"}}});
  EXPECT_EQ(answer.status(), 501);
  EXPECT_EQ(server.asked(), "") << "the server is not asked";
}

TEST(PassOn, ExpectsNoBodyWhereThereIsNone) {
  PlainServer unchanged("HTTP/1.1 304 Not Modified\r\ncontent-length: 77\r\n\r\n");
  EXPECT_EQ(to_text(unchanged.ask({"GET /c/b HTTP/1.1"})), "HTTP/1.1 304 Not Modified\r\ncontent-length: 77\r\n\r\n");
  PlainServer nothing("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(to_text(nothing.ask({"DELETE /c/b HTTP/1.1"})), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(PassOn, SaysThatNobodyListens) {
  std::optional<LoopbackListener> gone(std::in_place, [](BlockingSocket&) {});
  const auto at = gone->at();
  gone.reset();
  const auto answer = pass_on_to(at)({"GET / HTTP/1.1"});
  EXPECT_EQ(answer.status(), 502);
  EXPECT_NE(answer.body.find("can't connect"), std::string::npos) << answer.body;
}

}  // namespace
}  // namespace shirgate::lab
