#include <gtest/gtest.h>

#include <filesystem>

#include "audit/sinks/make_sink.hpp"
#include "audit/sinks/shippers.hpp"
#include "journal_reading.hpp"
#include "kafka_cluster.hpp"
#include "log_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

using std::chrono::milliseconds;
using Lines = std::vector<std::string>;

class KafkaSinkTest : public testing::Test {
 protected:
  [[nodiscard]] SinkSettings settings() const {
    return {.name = "hub", .kind = SinkKind::kafka, .brokers = cluster_.brokers(), .topic = "audit"};
  }
  void start() {
    auto made = Shippers::create(directory_.path(), {settings()}, [this](std::string_view text) { note(text); });
    ASSERT_TRUE(made.has_value()) << made.error().text();
    shippers_ = *std::move(made);
    shippers_->wrote_up_to(log_.end().next_seq - 1);
    const auto started = shippers_->start();
    ASSERT_TRUE(started.has_value()) << started.error().text();
  }
  void write(int count) {
    for (auto& line : log_.add_many(count)) written_.push_back(line);
    if (shippers_) shippers_->wrote_up_to(log_.end().next_seq - 1);
  }
  void note(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    troubles_.append(text).push_back('\n');
  }
  std::string troubles() {
    const std::scoped_lock lock(mutex_);
    return troubles_;
  }
  ShipperNumbers numbers() { return shippers_->numbers().front(); }
  bool all_are_confirmed() {
    return holds_soon([this] { return numbers().lag_lines == 0; });
  }
  /// Every line written, each for the first time in the order of the log; gives how many messages that took.
  std::size_t expect_all_in_order() {
    std::size_t messages = 0;
    std::size_t known = 0;
    EXPECT_TRUE(cluster_.read([&](const KafkaMessage& message) {
      ++messages;
      EXPECT_EQ(message.key, gate_of_the_test);
      const auto front = read_line_front(message.value);
      EXPECT_TRUE(front && front->seq <= known + 1) << "ahead of its turn, behind " << known << ": " << message.value;
      if (front && front->seq == known + 1) {
        EXPECT_EQ(message.value, written_.at(known++));
      }
      return known == written_.size();
    }));
    return messages;
  }

  KafkaCluster cluster_;
  TemporaryDirectory directory_;
  LogWriter log_{directory_.path()};
  Lines written_;
  std::mutex mutex_;
  std::string troubles_;
  std::unique_ptr<Shippers> shippers_;
};

TEST_F(KafkaSinkTest, ProducesEveryLineOnceKeyedByTheGate) {
  write(2000);
  start();
  ASSERT_TRUE(all_are_confirmed());
  EXPECT_TRUE(numbers().connected);
  EXPECT_EQ(expect_all_in_order(), written_.size());
  shippers_->stop(milliseconds(0));
  EXPECT_EQ(CursorFile(directory_.path(), "hub").read()->value_or(Cursor()).seq, 2000U);
  EXPECT_EQ(troubles(), "");
}

TEST_F(KafkaSinkTest, DeliversOnceTheBrokerIsBack) {
  cluster_.take_down();
  write(500);
  start();
  ASSERT_TRUE(holds_soon([this] { return numbers().failures > 0; })) << "ten seconds without a broker";
  EXPECT_FALSE(numbers().connected);
  EXPECT_EQ(numbers().lag_lines, 500U);
  cluster_.bring_up();
  ASSERT_TRUE(all_are_confirmed()) << troubles();
  cluster_.take_down();
  write(500);
  cluster_.bring_up();
  ASSERT_TRUE(all_are_confirmed()) << troubles();
  expect_all_in_order();
}

TEST_F(KafkaSinkTest, WaitsForASlowBroker) {
  cluster_.make_slow(milliseconds(700));
  write(500);
  start();
  ASSERT_TRUE(all_are_confirmed());
  expect_all_in_order();
  EXPECT_EQ(numbers().failures, 0U);
}

TEST_F(KafkaSinkTest, OutlivesErrorsOfTheBroker) {
  start();
  for (const auto error : {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT,
                           RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION}) {
    cluster_.refuse({error, error, error});
    write(300);
    ASSERT_TRUE(all_are_confirmed()) << rd_kafka_err2name(error) << ' ' << troubles();
  }
  // Each of these ends a connection, and with each that does not stand for a while the next try comes later.
  for (const auto error : {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                           RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER}) {
    cluster_.refuse({error});
    write(300);
    ASSERT_TRUE(all_are_confirmed()) << rd_kafka_err2name(error) << ' ' << troubles();
  }
  expect_all_in_order();
  EXPECT_NE(troubles().find("sink hub: "), std::string::npos) << "what was refused for good";
}

TEST_F(KafkaSinkTest, StopsSoonWithoutABroker) {
  cluster_.take_down();
  write(500);
  start();
  const auto began = std::chrono::steady_clock::now();
  shippers_->stop(milliseconds(60'000));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

TEST_F(KafkaSinkTest, TakesWhatEventHubsWantAndNeverTellsThePassword) {
  const std::string secret = "Endpoint=sb://hub.servicebus.windows.net/;SharedAccessKey=c2VjcmV0";
  auto wanted = settings();
  wanted.properties = {{"security.protocol", "SASL_SSL"},
                       {"sasl.mechanism", "PLAIN"},
                       {"sasl.username", "$ConnectionString"},
                       {"socket.keepalive.enable", "true"}};
  wanted.password_file = directory_.path() + "/password";
  write_file(wanted.password_file, secret + "\n");
  std::filesystem::permissions(wanted.password_file, std::filesystem::perms(0600));
  const auto made = make_sink(wanted);
  EXPECT_TRUE(made.has_value()) << made.error().text();

  const auto complaint = [](const SinkSettings& one) {
    const auto sink = make_sink(one);
    return sink.has_error() ? sink.error().text() : "none";
  };
  auto wrong = wanted;
  wrong.properties["no.such.thing"] = secret;
  EXPECT_NE(complaint(wrong).find("no.such.thing"), std::string::npos) << complaint(wrong);
  EXPECT_EQ(complaint(wrong).find(secret), std::string::npos) << complaint(wrong);
  wrong = wanted;
  wrong.properties["security.protocol"] = secret;
  EXPECT_NE(complaint(wrong).find("security.protocol"), std::string::npos) << complaint(wrong);
  EXPECT_EQ(complaint(wrong).find(secret), std::string::npos) << complaint(wrong);
  wrong = wanted;
  wrong.properties["ssl.ca.location"] = "/nowhere/ca.pem";
  EXPECT_NE(complaint(wrong).find("sink hub: "), std::string::npos) << complaint(wrong);
  EXPECT_EQ(complaint(wrong).find(secret), std::string::npos) << complaint(wrong);
  std::filesystem::permissions(wanted.password_file, std::filesystem::perms(0644));
  EXPECT_NE(complaint(wanted).find("can be read by everybody"), std::string::npos) << complaint(wanted);
  write_file(wanted.password_file, "\n");
  std::filesystem::permissions(wanted.password_file, std::filesystem::perms(0600));
  EXPECT_NE(complaint(wanted).find("holds no password"), std::string::npos) << complaint(wanted);
}

TEST(KafkaSink, KeepsTheLinesOfOneGateInOnePartition) {
  KafkaCluster cluster(4);
  TemporaryDirectory directory;
  LogWriter log(directory.path());
  log.add_many(200);
  auto made = Shippers::create(
      directory.path(), {{.name = "hub", .kind = SinkKind::kafka, .brokers = cluster.brokers(), .topic = "audit"}},
      [](std::string_view) {});
  ASSERT_TRUE(made.has_value());
  (*made)->wrote_up_to(200);
  ASSERT_TRUE((*made)->start().has_value());
  std::set<std::int32_t> partitions;
  std::size_t messages = 0;
  EXPECT_TRUE(cluster.read([&](const KafkaMessage& message) {
    partitions.insert(message.partition);
    return ++messages == 200;
  }));
  EXPECT_EQ(partitions.size(), 1U);
}

}  // namespace
}  // namespace shirgate::test
