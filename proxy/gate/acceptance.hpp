// When an event counts as accepted by the audit log: as soon as it was taken, or once it is on disk.
#pragma once

#include <deque>

#include "audit/audit.hpp"
#include "proxy/loop/wait.hpp"

namespace shirgate {

/// The sessions of one worker that wait for the disk. On its thread.
class Acceptance {
 public:
  Acceptance(EventLoop& loop, const Audit& audit, Durability durability)
      : loop_(loop), audit_(audit), durability_(durability) {}

  /// True once the ticket's event is as durable as the log promises. False: the log could not take it, or did not get
  /// it to the disk in time; in the second case it is on the record all the same.
  [[nodiscard]] Awaitable<bool> of(Ticket ticket, SteadyTime deadline);

  /// More may be on disk than before.
  void look();

 private:
  struct Waiting {
    Waiting(EventLoop& loop, std::uint64_t at) : wait(loop), position(at) {}
    Wait wait;
    std::uint64_t position;
  };

  EventLoop& loop_;
  const Audit& audit_;
  Durability durability_;
  std::deque<Waiting*> waiting_;  ///< in the order of their tickets
};

}  // namespace shirgate
