#include "audit/batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "audit/fields.hpp"
#include "ring_on_disk.hpp"

namespace shirgate::test {
namespace {

std::string body(Action action, std::uint64_t tunnel) {
  std::string text;
  append_json(text, {.action = action, .tunnel = tunnel});
  return text;
}

/// "open 1", for each line.
std::vector<std::string> lines_of(const Batch& batch) {
  std::vector<std::string> lines;
  std::string_view text = batch.text();
  while (!text.empty()) {
    const auto front = read_line_front(text.substr(0, text.find('\n')));
    EXPECT_TRUE(front) << text;
    lines.push_back(std::string(front->body.action) + ' ' + std::to_string(front->body.tunnel));
    text.remove_prefix(text.find('\n') + 1);
  }
  return lines;
}

class BatchOfRings : public testing::Test {
 protected:
  BatchOfRings() {
    for (std::size_t i = 0; i < 3; ++i) rings_.push_back(*Ring::create(directory_.path() + '/' + std::to_string(i), 0));
  }
  void push(std::size_t ring, Action action, std::uint64_t tunnel) {
    ASSERT_TRUE(rings_[ring]->push(body(action, tunnel), Claim::during));
  }
  void collect() { batch_.collect(rings_, std::size_t{1} << 20); }

  TemporaryDirectory directory_;
  std::vector<std::unique_ptr<Ring>> rings_;
  Batch batch_{Chain("00c0ffee00000017", {}), {}};
};

TEST_F(BatchOfRings, NeverEndsATunnelBeforeItBegins) {
  // Opened on the third worker, moved twice, closed on the first; and the other way round.
  push(0, Action::close, 1);
  push(0, Action::open, 2);
  push(1, Action::progress, 1);
  push(2, Action::open, 1);
  push(2, Action::close, 2);
  collect();
  const auto lines = lines_of(batch_);
  ASSERT_EQ(lines.size(), 5U);
  for (const auto* tunnel : {"1", "2"})
    EXPECT_LT(std::find(lines.begin(), lines.end(), std::string("open ") + tunnel),
              std::find(lines.begin(), lines.end(), std::string("close ") + tunnel));
  EXPECT_EQ(batch_.live().size(), 0U);
  EXPECT_EQ(batch_.events(), 5U);
}

TEST_F(BatchOfRings, WritesAnEndWithoutABeginningAllTheSame) {
  push(0, Action::close, 1);
  push(0, Action::close, 2);
  push(1, Action::close, 3);
  collect();
  EXPECT_EQ(lines_of(batch_), (std::vector<std::string>{"close 1", "close 2", "close 3"}));
}

TEST_F(BatchOfRings, KnowsWhatIsOpen) {
  push(0, Action::open, 1);
  push(0, Action::open, 2);
  push(1, Action::close, 1);
  collect();
  EXPECT_EQ(batch_.live().ids(), std::vector<std::uint64_t>{2});
}

TEST_F(BatchOfRings, IsTakenBackWithoutATrace) {
  push(0, Action::open, 1);
  collect();
  batch_.keep();
  for (const auto& ring : rings_) ring->release();
  const auto before = batch_.begin();
  push(0, Action::close, 1);
  push(1, Action::open, 2);
  push(1, Action::close, 2);
  push(1, Action::open, 3);
  collect();
  const std::string text = batch_.text();
  const auto end = batch_.end();
  batch_.take_back();
  EXPECT_TRUE(batch_.empty());
  EXPECT_EQ(batch_.end(), before);
  EXPECT_EQ(batch_.live().ids(), std::vector<std::uint64_t>{1});
  for (const auto& ring : rings_) ring->rewind();
  collect();
  EXPECT_EQ(batch_.text(), text);
  EXPECT_EQ(batch_.end(), end);
  EXPECT_EQ(batch_.live().ids(), std::vector<std::uint64_t>{3});
}

TEST_F(BatchOfRings, StopsAtItsLimitAndGoesOnThere) {
  for (std::uint64_t i = 1; i <= 20; ++i) push(i % 3, Action::progress, i);
  std::size_t lines = 0;
  for (int round = 0; round < 20 && lines < 20; ++round) {
    batch_.collect(rings_, 500);
    EXPECT_LE(batch_.text().size(), 1000U);
    lines += batch_.events();
    batch_.keep();
  }
  EXPECT_EQ(lines, 20U);
}

TEST_F(BatchOfRings, AnnouncesEveryOpenTunnelAtTheStartOfASegment) {
  for (std::uint64_t i = 1; i <= 250; ++i) push(0, Action::open, i);
  collect();
  batch_.keep();
  const auto key = SigningKey::make();
  batch_.add_segment_header("shirgate 1.2.3", key.public_key(), false);
  EXPECT_EQ(lines_of(batch_), (std::vector<std::string>{"segment 0", "live 0", "live 0", "live 0"}));
  EXPECT_EQ(number_value(batch_.text(), field::live), 250U);
  std::size_t ids = 0;
  const std::string key_of_ids = '"' + std::string(field::live_tunnels) + "\":\"";
  for (auto at = batch_.text().find(key_of_ids); at != std::string::npos; at = batch_.text().find(key_of_ids, at + 1)) {
    const auto from = at + key_of_ids.size();
    ids += (batch_.text().find('"', from) - from + 1) / 17;
  }
  EXPECT_EQ(ids, 250U);
}

TEST_F(BatchOfRings, SaysInAHeaderWhichPolicyTheLogSaidWasInForce) {
  std::string text;
  append_json(text, {.action = Action::start, .policy = "0123456789abcdef"});
  ASSERT_TRUE(rings_[0]->push(text, Claim::during));
  collect();
  batch_.keep();
  batch_.add_segment_header("shirgate", SigningKey::make().public_key(), false);
  EXPECT_EQ(text_value(batch_.text(), field::policy), "0123456789abcdef");
}

TEST_F(BatchOfRings, SignsWhatWasBefore) {
  push(0, Action::open, 1);
  collect();
  const auto key = SigningKey::make();
  const auto seq = batch_.end().next_seq;
  const auto prev = batch_.end().prev;
  const auto told = batch_.add_head(key, false);
  Signature signature{};
  const auto hex = text_value(batch_.text(), field::signature);
  ASSERT_TRUE(from_hex(hex, signature));
  EXPECT_TRUE(key.public_key().verifies(head_text("00c0ffee00000017", seq, prev), signature));
  EXPECT_EQ(told, "audit head 00c0ffee00000017 2 " + to_hex(prev) + ' ' + std::string(hex));
}

}  // namespace
}  // namespace shirgate::test
