#include "config/load_sinks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/values.hpp"
#include "policy/target.hpp"

namespace shirgate {
namespace {

struct KeyOfKind {
  std::string_view key;
  SinkKind kind;
};
constexpr std::array keys_of_kinds{
    KeyOfKind{"address", SinkKind::syslog},     KeyOfKind{"transport", SinkKind::syslog},
    KeyOfKind{"facility", SinkKind::syslog},    KeyOfKind{"tls_name", SinkKind::syslog},
    KeyOfKind{"tls_ca", SinkKind::syslog},      KeyOfKind{"tls_certificate", SinkKind::syslog},
    KeyOfKind{"tls_key", SinkKind::syslog},     KeyOfKind{"brokers", SinkKind::kafka},
    KeyOfKind{"topic", SinkKind::kafka},        KeyOfKind{"properties", SinkKind::kafka},
    KeyOfKind{"password_file", SinkKind::kafka}};

struct Facility {
  std::string_view word;
  int number;
};
constexpr std::array facilities{Facility{"user", 1},    Facility{"daemon", 3},    Facility{"auth", 4},
                                Facility{"syslog", 5},  Facility{"authpriv", 10}, Facility{"local0", 16},
                                Facility{"local1", 17}, Facility{"local2", 18},   Facility{"local3", 19},
                                Facility{"local4", 20}, Facility{"local5", 21},   Facility{"local6", 22},
                                Facility{"local7", 23}};

struct Property {
  std::string_view name;
  std::string_view instead;
};
/// What delivery rests on, what runs code or talks past the gate's own log, and what has a key of its own.
constexpr std::array own_properties{
    Property{"bootstrap.servers", "write brokers = [...]"},
    Property{"metadata.broker.list", "write brokers = [...]"},
    Property{"sasl.password", "put it into a file and write password_file = \"...\""},
    Property{"enable.idempotence", "it is always on"},
    Property{"enable.gapless.guarantee", "it is always on"},
    Property{"acks", "it is always \"all\""},
    Property{"request.required.acks", "it is always \"all\""},
    Property{"message.timeout.ms", "lines never become too old"},
    Property{"delivery.timeout.ms", "lines never become too old"},
    Property{"message.send.max.retries", "lines are always sent again"},
    Property{"retries", "lines are always sent again"},
    Property{"queue.buffering.max.messages", "the gate bounds it"},
    Property{"queue.buffering.max.kbytes", "the gate bounds it"},
    Property{"transactional.id", "the gate uses no transactions"},
    Property{"plugin.library.paths", "the gate loads no code"},
    Property{"debug", "librdkafka's own log is off"},
};

bool is_secret(std::string_view property) {
  const std::array words{"password", "secret", ".pem", "token", "sasl.oauthbearer.config", "sasl.jaas"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return property.find(word) != std::string_view::npos; });
}

struct HostAndPort {
  std::string host;
  std::uint16_t port = 0;
};

std::optional<HostAndPort> parse_host_and_port(const std::string& text) {
  if (const auto endpoint = parse_endpoint(text); endpoint && endpoint->port != 0)
    return HostAndPort{to_string(endpoint->address), endpoint->port};
  const auto target = parse_target(text);
  if (target.has_error()) return std::nullopt;
  return HostAndPort{std::string(target->host.text()), target->port};
}

/// A path that does not depend on where the gate was started.
std::string read_path(TableReader& table, std::string_view key) {
  auto path = table.text(key);
  if (!path) return {};
  if (!path->starts_with('/'))
    table.complain(key, fmt::format("{} {}: write the whole path, from / on", table.title(), key));
  return *std::move(path);
}

class SinkReader {
 public:
  SinkReader(const toml::table& toml, MistakeList& mistakes) : table_(toml, "[[sink]]", mistakes) {}

  SinkSettings read() {
    read_name();
    read_kind();
    if (table_.choice("format", {"ecs", "squid"}) == "squid") sink_.format = SinkFormat::squid;
    read_backlog();
    read_syslog();
    read_tls();
    read_kafka();
    for (const auto& [key, kind] : keys_of_kinds)
      if (kind_ && *kind_ != kind && table_.node(key) != nullptr)
        table_.complain(key, fmt::format("[[sink]] {} is for kind = \"{}\"; remove it", key,
                                         kind == SinkKind::syslog ? "syslog" : "kafka"));
    table_.refuse_the_rest();
    return std::move(sink_);
  }
  TableReader& table() { return table_; }

 private:
  [[nodiscard]] bool is(SinkKind kind) const { return kind_ == kind; }

  void read_name() {
    const auto name = shirgate::read_name(table_, "name", "siem");
    if (!name) return;
    sink_.name = name->text();
    // It is a file's name too, beside which another is written.
    if (sink_.name.starts_with('.') || sink_.name.ends_with(".new"))
      table_.complain("name", "[[sink]] name: it may not begin with '.' or end in '.new'");
  }

  void read_kind() {
    if (!table_.required_text("kind", "syslog")) return;
    const auto word = table_.choice("kind", {"syslog", "kafka", "stdout"});
    if (!word) return;
    kind_ = *word == "syslog" ? SinkKind::syslog : *word == "kafka" ? SinkKind::kafka : SinkKind::standard_output;
    sink_.kind = *kind_;
  }

  void read_backlog() {
    sink_.required = table_.flag("required").value_or(false);
    const auto backlog = table_.number("max_backlog", 1, 1'000'000'000);
    sink_.max_backlog = backlog.value_or(sink_.max_backlog);
    if (backlog && !sink_.required)
      table_.complain("max_backlog",
                      "[[sink]] max_backlog says when a sink that is required holds up new tunnels: "
                      "write required = true, or remove it");
  }

  void read_syslog() {
    const auto transport = table_.choice("transport", {"udp", "tcp", "tls"});
    if (transport == "udp") sink_.transport = SyslogTransport::udp;
    if (transport == "tls") sink_.transport = SyslogTransport::tls;
    if (sink_.required && transport == "udp")
      table_.complain("transport",
                      "[[sink]] transport = \"udp\" never knows what arrived, so such a sink can't be "
                      "required; write \"tcp\" or \"tls\"");
    std::vector<std::string_view> words;
    for (const auto& facility : facilities) words.push_back(facility.word);
    if (const auto word = table_.choice("facility", words))
      sink_.facility = std::find_if(facilities.begin(), facilities.end(), [&](const auto& one) {
                         return one.word == *word;
                       })->number;
    const auto address =
        is(SinkKind::syslog) ? table_.required_text("address", "siem.contoso.example:6514") : table_.text("address");
    if (!address || !is(SinkKind::syslog)) return;
    const auto place = parse_host_and_port(*address);
    if (!place)
      return table_.complain("address", fmt::format("[[sink]] address: '{}' is not host:port, like "
                                                    "\"siem.contoso.example:6514\"",
                                                    *address));
    sink_.host = place->host;
    sink_.port = place->port;
  }

  void read_tls() {
    sink_.tls_name = table_.text("tls_name").value_or("");
    sink_.tls_ca_file = read_path(table_, "tls_ca");
    sink_.tls_certificate_file = read_path(table_, "tls_certificate");
    sink_.tls_key_file = read_path(table_, "tls_key");
    if (!is(SinkKind::syslog)) return;
    for (const auto* key : {"tls_name", "tls_ca", "tls_certificate", "tls_key"})
      if (sink_.transport != SyslogTransport::tls && table_.node(key) != nullptr)
        table_.complain(key, fmt::format("[[sink]] {} is for transport = \"tls\"; write that, or remove it", key));
    if (sink_.tls_certificate_file.empty() != sink_.tls_key_file.empty())
      table_.complain(sink_.tls_key_file.empty() ? "tls_certificate" : "tls_key",
                      "[[sink]] takes tls_certificate and tls_key together");
    if (table_.node("tls_name") == nullptr) return;
    if (parse_host(sink_.tls_name).has_error() && !parse_address(sink_.tls_name))
      table_.complain("tls_name", "[[sink]] tls_name is no name that a certificate could be for");
  }

  void read_kafka() {
    for (const auto& item : table_.texts("brokers")) {
      const auto place = parse_host_and_port(item.text);
      if (!place)
        table_.mistakes().add(item.line, fmt::format("[[sink]] brokers: '{}' is not host:port, like "
                                                     "\"hub.servicebus.windows.net:9093\"",
                                                     item.text));
      sink_.brokers += (sink_.brokers.empty() ? "" : ",") + item.text;
    }
    if (is(SinkKind::kafka) && table_.node("brokers") == nullptr)
      table_.complain("brokers",
                      "[[sink]] needs brokers: write for example brokers = [\"hub.servicebus.windows.net:9093\"]");
    sink_.topic = (is(SinkKind::kafka) ? table_.required_text("topic", "shirgate") : table_.text("topic")).value_or("");
    read_properties();
    sink_.password_file = read_path(table_, "password_file");
    if (sink_.password_file.empty() || !is(SinkKind::kafka)) return;
    const auto protocol = sink_.properties.find("security.protocol");
    if (protocol == sink_.properties.end() || !protocol->second.starts_with("SASL_"))
      table_.complain("password_file",
                      "[[sink]] password_file is used with SASL only: write \"security.protocol\" = "
                      "\"SASL_SSL\" into properties");
  }

  /// Values are never quoted: whoever puts a secret into the wrong place should not find it in a log.
  void read_properties() {
    const auto* toml = table_.table("properties");
    if (toml == nullptr) return;
    TableReader properties(*toml, "[[sink]] properties", table_.mistakes());
    for (const auto& entry : *toml) {
      const std::string key(entry.first.str());
      const auto text = properties.text(key);
      const auto own = std::find_if(own_properties.begin(), own_properties.end(),
                                    [&](const auto& property) { return property.name == key; });
      if (own != own_properties.end())
        properties.complain(key, fmt::format("[[sink]] properties: {} can't be set here: {}", own->name, own->instead));
      else if (is_secret(key))
        properties.complain(key, fmt::format("[[sink]] properties: {} would be a secret in this file; name a file "
                                             "instead, with password_file or one of librdkafka's *.location",
                                             key));
      else if (key.starts_with("test.") || key.ends_with("_cb") || key.starts_with("log"))
        properties.complain(key, fmt::format("[[sink]] properties: {} can't be set here; remove it", key));
      else if (text)
        sink_.properties.emplace(key, *text);
    }
  }

  TableReader table_;
  SinkSettings sink_;
  std::optional<SinkKind> kind_;
};

}  // namespace

void load_sinks(TableReader& file, Settings& settings) {
  for (const auto* toml : file.tables("sink")) {
    SinkReader reader(*toml, file.mistakes());
    auto sink = reader.read();
    for (const auto& other : settings.sinks) {
      if (!sink.name.empty() && other.name == sink.name)
        reader.table().complain("name", fmt::format("[[sink]] name: there is another sink '{}'", sink.name));
      if (reader.table().node("kind") != nullptr && sink.kind == SinkKind::standard_output && other.kind == sink.kind)
        reader.table().complain("kind", "[[sink]] kind: there is one standard output; remove one of the two");
    }
    settings.sinks.push_back(std::move(sink));
  }
}

}  // namespace shirgate
