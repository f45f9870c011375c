// librdkafka's pretend cluster, and a look at everything in a topic of it.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace shirgate::test {

struct KafkaMessage {
  std::string key;
  std::string value;
  std::int32_t partition = 0;
};

inline rd_kafka_conf_t* kafka_configuration(const std::vector<std::pair<std::string, std::string>>& properties) {
  auto* configuration = rd_kafka_conf_new();
  char why[512];
  for (const auto& [key, value] : properties)
    if (rd_kafka_conf_set(configuration, key.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(why);
  rd_kafka_conf_set_log_cb(configuration, [](const rd_kafka_t*, int, const char*, const char*) {});
  return configuration;
}

class KafkaCluster {
 public:
  explicit KafkaCluster(int partitions = 1) {
    char why[512];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, kafka_configuration({}), why, sizeof why);
    if (handle_ == nullptr) throw std::runtime_error(why);
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
    rd_kafka_mock_topic_create(cluster_, "audit", partitions, 1);
    partitions_ = partitions;
  }
  ~KafkaCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  KafkaCluster(const KafkaCluster&) = delete;
  KafkaCluster& operator=(const KafkaCluster&) = delete;

  [[nodiscard]] std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void take_down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void bring_up() { rd_kafka_mock_broker_set_up(cluster_, 1); }
  void make_slow(std::chrono::milliseconds rtt) {
    rd_kafka_mock_broker_set_rtt(cluster_, 1, static_cast<int>(rtt.count()));
  }
  /// The next requests to produce are answered with these.
  void refuse(const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, 0, errors.size(), errors.data());
  }

  /// Hands every message of the topic to `each`, from the first on, until it says that it has enough or a minute is
  /// over: then false.
  bool read(const std::function<bool(const KafkaMessage&)>& each) const {
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    return read(each, [until] { return std::chrono::steady_clock::now() > until; });
  }
  bool read(const std::function<bool(const KafkaMessage&)>& each, const std::function<bool()>& is_over) const {
    char why[512];
    auto* consumer = rd_kafka_new(
        RD_KAFKA_CONSUMER,
        kafka_configuration({{"bootstrap.servers", brokers()}, {"group.id", "test"}, {"fetch.wait.max.ms", "50"}}), why,
        sizeof why);
    if (consumer == nullptr) throw std::runtime_error(why);
    auto* list = rd_kafka_topic_partition_list_new(partitions_);
    for (int i = 0; i < partitions_; ++i)
      rd_kafka_topic_partition_list_add(list, "audit", i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, list);
    rd_kafka_topic_partition_list_destroy(list);
    bool enough = false;
    while (!enough && !is_over()) {
      auto* message = rd_kafka_consumer_poll(consumer, 100);
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        enough = each({{static_cast<const char*>(message->key), message->key_len},
                       {static_cast<const char*>(message->payload), message->len},
                       message->partition});
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return enough;
  }

 private:
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  int partitions_ = 1;
};

}  // namespace shirgate::test
