#include "audit/sinks/output_sink.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace shirgate::test {
namespace {

const LineFront no_front;

class OutputSinkTest : public testing::Test {
 protected:
  OutputSinkTest() {
    std::signal(SIGPIPE, SIG_IGN);
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
    EXPECT_TRUE(sink_.emplace(pipe_[1]).connect([] { return false; }).has_value());
  }
  ~OutputSinkTest() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  std::string read(std::size_t size) const {
    std::string text(size, '\0');
    const auto n = ::read(pipe_[0], text.data(), size);
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }
  std::uint64_t confirmed() {
    const auto count = sink_->confirmed(std::chrono::milliseconds(0));
    EXPECT_TRUE(count.has_value());
    return count.has_value() ? *count : 0;
  }

  int pipe_[2] = {-1, -1};
  std::optional<OutputSink> sink_;
};

TEST_F(OutputSinkTest, WritesWholeLines) {
  EXPECT_TRUE(*sink_->send({"one", no_front}));
  EXPECT_TRUE(*sink_->send({"two", no_front}));
  EXPECT_EQ(confirmed(), 2U);
  EXPECT_EQ(read(100), "one\ntwo\n");
}

TEST_F(OutputSinkTest, WaitsForASlowReaderAndWritesEachLineOnce) {
  std::string sent;
  std::uint64_t count = 0;
  for (;; ++count) {
    const auto line = std::to_string(count) + std::string(1000, 'x');
    const auto taken = sink_->send({line, no_front});
    ASSERT_TRUE(taken.has_value());
    if (!*taken) break;
    sent += line + '\n';
  }
  EXPECT_EQ(confirmed(), count - 1) << "the last is not written whole";
  std::string got;
  while (got.size() < sent.size()) {
    const auto piece = read(777);
    ASSERT_FALSE(piece.empty());
    got += piece;
    static_cast<void>(confirmed());
  }
  EXPECT_EQ(got, sent);
  EXPECT_EQ(confirmed(), count);
}

TEST_F(OutputSinkTest, SaysWhenNobodyReadsAnyMore) {
  ::close(pipe_[0]);
  pipe_[0] = -1;
  const auto taken = sink_->send({"one", no_front});
  ASSERT_TRUE(taken.has_error());
  EXPECT_NE(taken.error().text().find("Broken pipe"), std::string::npos) << taken.error().text();
  EXPECT_FALSE(sink_->is_connected());
}

}  // namespace
}  // namespace shirgate::test
