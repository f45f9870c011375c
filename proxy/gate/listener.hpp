// Accepts connections for one worker.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "config/settings.hpp"
#include "policy/checked.hpp"
#include "proxy/loop/event_loop.hpp"

namespace shirgate {

/// Accepts in small batches, so that a rush does not starve open sessions. Survives a full descriptor table: a spare
/// descriptor is spent on taking the connection and closing it, so the client hears at once. Where even that fails it
/// looks away until the next tick, so nothing spins.
class Listener final : public ReadinessListener {
 public:
  using Accepted = std::function<void(int fd, const Endpoint& peer)>;

  /// Takes the listening descriptor over. `accepted` owns each descriptor it is given.
  Listener(EventLoop& loop, int fd, Accepted accepted);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  static constexpr int batch = 16;
  void on_ready(Descriptor& descriptor) override;
  [[nodiscard]] bool spend_the_spare();
  void look_away();
  void on_tick();

  EventLoop& loop_;
  Descriptor* descriptor_;
  Accepted accepted_;
  int spare_;
  bool looking_away_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< the loop's ticks go on when the listener is gone
};

struct ListenOptions {
  bool shared = false;   ///< the workers' listeners share one port and the kernel spreads connections over them
  bool catches = false;  ///< a TPROXY rule brings connections that were going elsewhere (IP_TRANSPARENT: CAP_NET_ADMIN)
};

/// A non-blocking listening socket. Port 0 asks the kernel for one. The complaint names the address, why, and what to
/// do where that is known.
[[nodiscard]] Checked<int> open_listener(const Endpoint& endpoint, ListenOptions options);

}  // namespace shirgate
