// A line of the log as a syslog message, RFC 5424.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "audit/sinks/sink.hpp"

namespace shirgate {

/// <134>1 2026-11-22T10:00:00.000Z gate1 shirgate 4711 open [shirgate@32473 gate="…" seq="7"] {"shirgate.seq":7,…}
///   |                              |              |    |    |                                |
///   |  time of the event           this machine   pid  |    for deduplication                the line
///   |                                                  action
///   `- facility, and severity: warning for denied and failed, else informational
class SyslogMessages {
 public:
  static constexpr std::size_t max_datagram_bytes = 2048;

  /// Of this machine and process.
  explicit SyslogMessages(int facility);
  SyslogMessages(int facility, std::string_view host, std::int64_t process);

  void append(std::string& out, const Shipment& shipment) const;
  /// One that is longer than a datagram may be loses its end, and says so: cut="<octets of the whole line>".
  void append_datagram(std::string& out, const Shipment& shipment) const;

 private:
  void append_header(std::string& out, const Shipment& shipment, std::string_view more) const;

  int facility_;
  std::string sender_;  ///< host, program and process, as they stand in every message
};

}  // namespace shirgate
