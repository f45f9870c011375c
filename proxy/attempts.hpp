// Connecting to the addresses of one target without waiting for those that do not answer (RFC 8305, "happy eyeballs").
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "proxy/dial.hpp"

namespace shirgate {

/// Starts with the first address, and goes on to the next when one fails or has said nothing for 250 ms (a tick more at
/// most). The first connection that is made is kept, the others are dropped. On its loop's thread; the addresses must
/// outlive it.
class Attempts final : public ReadinessListener {
 public:
  static constexpr std::chrono::milliseconds head_start{250};

  Attempts(EventLoop& loop, std::span<const Address> judged, std::uint16_t port, const Endpoint* instead)
      : loop_(loop), judged_(judged), port_(port), instead_(instead), wait_(loop) {}
  Attempts(const Attempts&) = delete;
  Attempts& operator=(const Attempts&) = delete;

  /// Once. Errors: connect_refused, connect_failed, connect_timeout, total_limit, gate_stopped; where several addresses
  /// failed, what the last to fail said.
  [[nodiscard]] Awaitable<Result<Dialled>> first_to_connect(SteadyTime deadline);

 private:
  struct Attempt {
    std::unique_ptr<Socket> socket;
    Endpoint to;
    Address address;
  };

  void begin_next();
  [[nodiscard]] std::optional<Dialled> winner();
  void on_ready(Descriptor&) override { wait_.complete(Wake::ready); }

  EventLoop& loop_;
  std::span<const Address> judged_;
  std::uint16_t port_;
  const Endpoint* instead_;
  Wait wait_;
  std::vector<Attempt> running_;
  std::size_t next_ = 0;  ///< address to try
  SteadyTime next_at_{};
  Reason reason_ = Reason::connect_failed;
};

}  // namespace shirgate
