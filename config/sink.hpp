// Where the audit log is shipped to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace shirgate {

enum class SinkKind : std::uint8_t { syslog, kafka, standard_output };
enum class SinkFormat : std::uint8_t {
  ecs,    ///< the line as it is in the log
  squid,  ///< an access.log line, for those that tell how a request ended
};
enum class SyslogTransport : std::uint8_t { udp, tcp, tls };

/// One [[sink]].
struct SinkSettings {
  std::string name;  ///< of its cursor file too
  SinkKind kind = SinkKind::standard_output;
  SinkFormat format = SinkFormat::ecs;
  bool required = false;               ///< tunnels wait for it
  std::int64_t max_backlog = 100'000;  ///< lines it may be behind before new tunnels are refused, if it is required

  // syslog
  std::string host;
  std::uint16_t port = 0;
  SyslogTransport transport = SyslogTransport::tcp;
  int facility = 16;                 ///< local0
  std::string tls_name;              ///< what the certificate must be for; empty: `host`
  std::string tls_ca_file;           ///< empty: what this machine trusts
  std::string tls_certificate_file;  ///< empty: none is shown
  std::string tls_key_file;

  // kafka
  std::string brokers;  ///< "host:port,host:port"
  std::string topic;
  std::map<std::string, std::string, std::less<>> properties;  ///< librdkafka's, no secrets among them
  std::string password_file;                                   ///< holds sasl.password

  friend bool operator==(const SinkSettings&, const SinkSettings&) = default;
};

}  // namespace shirgate
