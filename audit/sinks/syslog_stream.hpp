// Syslog over TCP and TLS, octet-counted: RFC 6587 and RFC 5425.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/sinks/sink.hpp"
#include "audit/sinks/syslog_message.hpp"
#include "certs/tls_leg.hpp"
#include "config/file_descriptor_linux.hpp"
#include "config/sink.hpp"

namespace shirgate {

/// Syslog has no receipts, and what the kernel took is not what the server read. A line counts as delivered when the
/// peer's TCP has acknowledged its last octet and the connection still stood two seconds later: a server that dies
/// with lines unread resets the connection, and then they are sent again. At the end, a server that has read
/// everything closes in its turn, which confirms all of it.
class SyslogStream : public Sink {
 public:
  /// With a context: TLS.
  SyslogStream(const SinkSettings& settings, std::optional<TlsClientContext> tls);

  [[nodiscard]] Checked<bool> connect(const std::function<bool()>& give_up) override;
  [[nodiscard]] Checked<bool> send(const Shipment& shipment) override;
  [[nodiscard]] Checked<std::uint64_t> confirmed(std::chrono::milliseconds wait) override;
  [[nodiscard]] bool is_connected() const override { return socket_ != nullptr; }
  void finish() override;
  void disconnect() override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Acknowledged {
    Clock::time_point at;
    std::uint64_t octets;
  };

  /// Each of the host's addresses has its share of the time that is left.
  [[nodiscard]] Checked<bool> dial(Clock::time_point until, const std::function<bool()>& give_up);
  [[nodiscard]] Checked<bool> shake_hands(const std::function<bool()>& give_up);
  /// As much of `out_` as the kernel takes.
  [[nodiscard]] Checked<bool> flush();
  /// Whatever the peer says; syslog knows no answers, so it is TLS's or the end. False: it has closed, or said that it
  /// will read no more; while our own end is on its way only the former, which confirms all of it.
  [[nodiscard]] Checked<bool> read();
  [[nodiscard]] bool wait_for(short events, std::chrono::milliseconds time) const;
  [[nodiscard]] std::uint64_t acknowledged() const;
  [[nodiscard]] Complaint broken(std::string_view what, int error) const;

  const SinkSettings settings_;
  const SyslogMessages messages_;
  const std::optional<TlsClientContext> tls_;
  std::unique_ptr<FileDescriptor> socket_;
  std::optional<TlsLeg> leg_;
  std::string message_;
  std::vector<std::uint8_t> out_;
  std::size_t out_begin_ = 0;
  std::uint64_t written_ = 0;            ///< octets the kernel took, of this connection
  std::deque<std::uint64_t> line_ends_;  ///< where lines end that are not confirmed, in octets
  std::deque<Acknowledged> history_;     ///< of the last two seconds and a little
  std::uint64_t confirmed_ = 0;
  bool finishing_ = false;
  bool is_shut_ = false;  ///< our end of the connection
};

}  // namespace shirgate
