// Lines to a descriptor that is open already: a container's standard output.
#pragma once

#include <string>

#include "audit/sinks/sink.hpp"

namespace shirgate {

/// A line counts as delivered once it is written whole. Whoever reads slowly makes it wait, and never the gate: the
/// descriptor is not made non-blocking, because others may share it, but only written to when it has room. Needs
/// SIGPIPE ignored.
class OutputSink : public Sink {
 public:
  /// The descriptor stays the caller's.
  explicit OutputSink(int fd) : fd_(fd) {}

  [[nodiscard]] Checked<bool> connect(const std::function<bool()>& give_up) override;
  [[nodiscard]] Checked<bool> send(const Shipment& shipment) override;
  [[nodiscard]] Checked<std::uint64_t> confirmed(std::chrono::milliseconds wait) override;
  [[nodiscard]] bool is_connected() const override { return !is_broken_; }
  void disconnect() override {}

 private:
  /// As much of what is left as there is room for.
  [[nodiscard]] Checked<bool> write_rest();

  int fd_;
  bool is_broken_ = false;
  std::string rest_;  ///< of the line sent last; it outlives a failure, so that no line begins inside another
  std::uint64_t sent_ = 0;
};

}  // namespace shirgate
