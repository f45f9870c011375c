// Syslog over UDP, RFC 5426: one line a datagram.
#pragma once

#include <memory>
#include <string>

#include "audit/sinks/sink.hpp"
#include "audit/sinks/syslog_message.hpp"
#include "config/file_descriptor_linux.hpp"
#include "config/sink.hpp"

namespace shirgate {

/// Best effort: a line counts as delivered once the kernel has it. What the network or a slow receiver drops is lost
/// and nobody hears of it; only a machine that refuses the port is noticed, after the line it refused.
class SyslogDatagrams : public Sink {
 public:
  explicit SyslogDatagrams(const SinkSettings& settings) : settings_(settings), messages_(settings.facility) {}

  [[nodiscard]] Checked<bool> connect(const std::function<bool()>& give_up) override;
  [[nodiscard]] Checked<bool> send(const Shipment& shipment) override;
  [[nodiscard]] Checked<std::uint64_t> confirmed(std::chrono::milliseconds wait) override;
  [[nodiscard]] bool is_connected() const override { return socket_ != nullptr; }
  void disconnect() override { socket_.reset(); }

 private:
  const SinkSettings settings_;
  const SyslogMessages messages_;
  std::unique_ptr<FileDescriptor> socket_;
  std::string datagram_;
  std::uint64_t sent_ = 0;
  std::uint64_t burst_ = 0;  ///< sent since burst_began_
  std::chrono::steady_clock::time_point burst_began_{};
};

}  // namespace shirgate
