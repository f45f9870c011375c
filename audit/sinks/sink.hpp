// A place outside that lines are shipped to.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "audit/line.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// What a sink is handed; views for the time of one call.
struct Shipment {
  std::string_view text;   ///< as the sink's format wants it
  const LineFront& front;  ///< of the line of the log
};

/// Knows nothing of the log and of other lines' fate: a Shipper feeds it, and sends again whatever was not confirmed.
/// One thread. A complaint means that everything sent since connect() and not confirmed has to be sent again, after
/// another connect().
class Sink {
 public:
  virtual ~Sink() = default;

  /// Gets ready to take lines, for the first time or anew; both counts begin at zero. May take its time, but asks
  /// `give_up` every 50 ms or so.
  [[nodiscard]] virtual Checked<bool> connect(const std::function<bool()>& give_up) = 0;
  /// False: there is no room now; ask again after confirmed().
  [[nodiscard]] virtual Checked<bool> send(const Shipment& shipment) = 0;
  /// How many of the lines that were sent have arrived, counted without a gap. Waits for news at most `wait`, which is
  /// short.
  [[nodiscard]] virtual Checked<std::uint64_t> confirmed(std::chrono::milliseconds wait) = 0;
  /// True while the other side is known to be there.
  [[nodiscard]] virtual bool is_connected() const = 0;
  /// Nothing more will be sent on this connection: the place for what brings confirmation about.
  virtual void finish() {}
  /// Takes a second at most.
  virtual void disconnect() = 0;
};

}  // namespace shirgate
