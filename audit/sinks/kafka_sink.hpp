// Lines to a Kafka topic, through librdkafka; Azure Event Hubs speak the same.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <deque>
#include <memory>
#include <string>

#include "audit/sinks/sink.hpp"
#include "config/sink.hpp"

namespace shirgate {

/// One message a line, keyed by the gate so that a gate's lines stay in one partition and in order. A line counts as
/// delivered when all replicas that are in sync have it. librdkafka repeats what fails for a while, and without
/// repetitions in the topic; only what outlives that (a broker refuses for good, all brokers are away for ten seconds)
/// ends the connection.
class KafkaSink : public Sink {
 public:
  /// The complaint names sink and property, never a value.
  [[nodiscard]] static Checked<std::unique_ptr<KafkaSink>> create(const SinkSettings& settings, std::string password);

  [[nodiscard]] Checked<bool> connect(const std::function<bool()>& give_up) override;
  [[nodiscard]] Checked<bool> send(const Shipment& shipment) override;
  [[nodiscard]] Checked<std::uint64_t> confirmed(std::chrono::milliseconds wait) override;
  [[nodiscard]] bool is_connected() const override { return producer_ != nullptr && heard_->is_there; }
  /// librdkafka's threads may hang in the resolver: a producer that does not end soon ends by itself.
  void disconnect() override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Destroy {
    void operator()(rd_kafka_t* producer) const;
    void operator()(rd_kafka_conf_t* configuration) const { rd_kafka_conf_destroy(configuration); }
  };
  using Configuration = std::unique_ptr<rd_kafka_conf_t, Destroy>;
  /// What a producer told. It outlives the producer, which may outlive the sink.
  struct Heard {
    std::string password;
    std::uint64_t confirmed = 0;    ///< without a gap
    std::deque<bool> is_delivered;  ///< of those behind
    std::string failure;            ///< for good
    std::string trouble;            ///< what librdkafka said last, since trouble_began
    Clock::time_point trouble_began{};
    bool is_there = false;

    void note_delivered(std::uint64_t number);
    /// What librdkafka says, without the password.
    [[nodiscard]] std::string in_words(std::string text) const;
  };

  KafkaSink(const SinkSettings& settings, std::string password) : settings_(settings), password_(std::move(password)) {}
  [[nodiscard]] Checked<bool> configure();
  static void on_delivery(rd_kafka_t* producer, const rd_kafka_message_t* message, void* opaque);
  static void on_error(rd_kafka_t* producer, int error, const char* reason, void* opaque);

  const SinkSettings settings_;
  const std::string password_;
  Configuration configuration_;
  std::unique_ptr<rd_kafka_t, Destroy> producer_;
  std::shared_ptr<Heard> heard_;  ///< of this producer
  std::uint64_t sent_ = 0;
};

}  // namespace shirgate
