#include "audit/sinks/kafka_sink.hpp"

#include <fmt/format.h>

#include <array>
#include <future>
#include <system_error>
#include <thread>
#include <utility>

namespace shirgate {
namespace {

/// So long a producer may take to end before it is left to itself.
constexpr auto end_limit = std::chrono::milliseconds(900);
/// So long librdkafka may try by itself.
constexpr auto trouble_limit = std::chrono::seconds(10);

/// What the promises rest on; the configuration refuses these keys.
constexpr std::array<std::pair<const char*, const char*>, 8> own_properties{{
    {"enable.idempotence", "true"},
    {"enable.gapless.guarantee", "true"},
    {"acks", "all"},
    {"message.timeout.ms", "0"},  // none: a line never becomes too old
    {"queue.buffering.max.messages", "20000"},
    {"queue.buffering.max.kbytes", "32768"},
    {"client.id", "shirgate"},
    {"log.connection.close", "false"},
}};

void say_nothing(const rd_kafka_t*, int, const char*, const char*) {}

}  // namespace

void KafkaSink::Destroy::operator()(rd_kafka_t* producer) const {
  // What was not confirmed is sent again by another producer; nobody waits for this one.
  rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  rd_kafka_destroy(producer);
}

Checked<std::unique_ptr<KafkaSink>> KafkaSink::create(const SinkSettings& settings, std::string password) {
  std::unique_ptr<KafkaSink> sink(new KafkaSink(settings, std::move(password)));
  const auto configured = sink->configure();
  if (configured.has_error()) return configured.error();
  // What librdkafka finds wrong with the whole, it says when a producer is made.
  const auto made = sink->connect([] { return false; });
  if (made.has_error()) return complain(fmt::format("sink {}: {}", settings.name, made.error().text()));
  sink->disconnect();
  return sink;
}

Checked<bool> KafkaSink::configure() {
  configuration_.reset(rd_kafka_conf_new());
  // librdkafka's own words may hold the value that it does not take.
  const auto set = [this](const std::string& key, const std::string& value) {
    std::array<char, 512> ignored{};
    return rd_kafka_conf_set(configuration_.get(), key.c_str(), value.c_str(), ignored.data(), ignored.size()) ==
           RD_KAFKA_CONF_OK;
  };
  for (const auto& [key, value] : own_properties)
    if (!set(key, value)) return complain(fmt::format("sink {}: librdkafka does not take {}", settings_.name, key));
  if (!set("bootstrap.servers", settings_.brokers))
    return complain(fmt::format("sink {}: librdkafka does not take these brokers", settings_.name));
  for (const auto& [key, value] : settings_.properties)
    if (!set(key, value))
      return complain(fmt::format("sink {}: librdkafka has no property {}, or does not take this value for it",
                                  settings_.name, key));
  if (!password_.empty() && !set("sasl.password", password_))
    return complain(fmt::format("sink {}: librdkafka does not take the password", settings_.name));
  rd_kafka_conf_set_dr_msg_cb(configuration_.get(), on_delivery);
  rd_kafka_conf_set_error_cb(configuration_.get(), on_error);
  rd_kafka_conf_set_log_cb(configuration_.get(), say_nothing);
  return true;
}

Checked<bool> KafkaSink::connect(const std::function<bool()>&) {
  disconnect();
  heard_ = std::make_shared<Heard>(Heard{.password = password_});
  std::array<char, 512> why{};
  Configuration copy(rd_kafka_conf_dup(configuration_.get()));
  rd_kafka_conf_set_opaque(copy.get(), heard_.get());
  producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, copy.get(), why.data(), why.size()));
  if (!producer_) return complain(heard_->in_words(why.data()));
  static_cast<void>(copy.release());  // the producer's now
  return true;
}

Checked<bool> KafkaSink::send(const Shipment& shipment) {
  const auto number = sent_ + 1;
  const auto error = rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(settings_.topic.c_str()),
                                       RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                       RD_KAFKA_V_KEY(shipment.front.gate.data(), shipment.front.gate.size()),
                                       // The signature predates const; the value is copied.
                                       RD_KAFKA_V_VALUE(const_cast<char*>(shipment.text.data()), shipment.text.size()),
                                       RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(number)), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return false;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return complain(heard_->failure.empty() ? rd_kafka_err2str(error) : heard_->failure);
  sent_ = number;
  return true;
}

Checked<std::uint64_t> KafkaSink::confirmed(std::chrono::milliseconds wait) {
  rd_kafka_poll(producer_.get(), static_cast<int>(wait.count()));
  if (!heard_->failure.empty()) return complain(heard_->failure);
  const bool is_late = !heard_->trouble.empty() && Clock::now() > heard_->trouble_began + trouble_limit;
  if (is_late && sent_ > heard_->confirmed) return complain(heard_->trouble);
  return heard_->confirmed;
}

void KafkaSink::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& heard = *static_cast<Heard*>(opaque);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
    heard.note_delivered(reinterpret_cast<std::uint64_t>(message->_private));
  else if (heard.failure.empty())
    heard.failure = heard.in_words(rd_kafka_message_errstr(message));
}

void KafkaSink::on_error(rd_kafka_t* producer, int error, const char* reason, void* opaque) {
  auto& heard = *static_cast<Heard*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> why{};
    static_cast<void>(rd_kafka_fatal_error(producer, why.data(), why.size()));
    heard.failure = heard.in_words(why.data());
    return;
  }
  if (heard.trouble.empty()) heard.trouble_began = Clock::now();
  // The sum of the others; each of them says more.
  if (error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || heard.trouble.empty()) heard.trouble = heard.in_words(reason);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) heard.is_there = false;
}

void KafkaSink::Heard::note_delivered(std::uint64_t number) {
  is_there = true;
  trouble.clear();
  is_delivered.resize(std::max<std::size_t>(is_delivered.size(), number - confirmed), false);
  is_delivered[number - confirmed - 1] = true;
  while (!is_delivered.empty() && is_delivered.front()) {
    is_delivered.pop_front();
    ++confirmed;
  }
}

std::string KafkaSink::Heard::in_words(std::string text) const {
  for (auto at = password.empty() ? std::string::npos : text.find(password); at != std::string::npos;
       at = text.find(password, at))
    text.replace(at, password.size(), "...");
  return text;
}

void KafkaSink::disconnect() {
  sent_ = 0;
  if (!producer_) return;
  std::packaged_task<void()> end(
      [producer = std::move(producer_), heard = std::move(heard_)]() mutable { producer.reset(); });
  const auto ended = end.get_future();
  try {
    std::thread(std::move(end)).detach();
    static_cast<void>(ended.wait_for(end_limit));
  } catch (const std::system_error&) {
    // No thread: it ended here, with the task.
  }
}

}  // namespace shirgate
