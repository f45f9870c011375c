// All sinks of a gate.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/journal_settings.hpp"
#include "audit/sinks/shipper.hpp"
#include "config/sink.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Made before the journal, which asks it what may be deleted; started after it, and stopped after it so that the last
/// lines go out too.
class Shippers {
 public:
  /// Reads cursors, certificates and passwords. The complaint names sink and file. `on_trouble` is told by any thread.
  [[nodiscard]] static Checked<std::unique_ptr<Shippers>> create(
      const std::string& directory, const std::vector<SinkSettings>& sinks,
      const std::function<void(std::string_view)>& on_trouble);

  /// Has the journal tell what is durable, and ask what may open and what may be deleted. It may not outlive this.
  void listen_to(JournalSettings& journal);
  /// The journal's notice. Any thread.
  void wrote_up_to(std::uint64_t seq) { durable_.advance_to(seq); }
  /// The complaint names the cursor that does not belong to this log; then nothing runs.
  [[nodiscard]] Checked<bool> start();
  /// One last try for all of them at once: as long as lines arrive, and four seconds without; at most `limit`, or one.
  void stop(std::chrono::milliseconds limit);

  /// Any thread: a sink that is required lags too far behind.
  [[nodiscard]] bool overdue() const;
  /// Any thread: lines up to here, every sink has.
  [[nodiscard]] std::uint64_t shipped_up_to() const;
  /// Any thread: one for each sink, in the order of the configuration.
  [[nodiscard]] std::vector<ShipperNumbers> numbers() const;

 private:
  Shippers() = default;

  Durable durable_;
  std::vector<std::unique_ptr<Shipper>> shippers_;
};

}  // namespace shirgate
