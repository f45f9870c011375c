// One worker's end of the audit log.
#pragma once

#include <cstdint>
#include <string>

#include "audit/event.hpp"
#include "audit/event_counts.hpp"
#include "audit/refusal_merger.hpp"
#include "audit/ring.hpp"

namespace shirgate {

class Journal;

/// A receipt for one appended event.
struct Ticket {
  bool taken = false;
  std::uint64_t position = 0;  ///< behind it in the ring; 0 where it waits to be merged
};

/// Formats events and hands them to the journal, with a system call only where that has to be woken. One thread, where
/// nothing else is said.
class Audit {
 public:
  Audit(Journal& journal, Ring& ring);

  /// Appends the event. An `open` is taken only when its `close` will fit as well, so append its end exactly once;
  /// a `close` is always taken. Equal refusals beyond twenty a minute
  /// are merged, and all refusals beyond the gate's quota.
  Ticket append(const Event& event);

  /// A tunnel that another writer opened will end here: sets the room of its `close` aside. False: no room, leave it
  /// where it is.
  [[nodiscard]] bool take_over_end() { return ring_.reserve_ending(); }
  /// The other side of that: a tunnel opened here ends elsewhere.
  void give_up_end() { ring_.release_ending(); }

  /// With durability "group" the event's promise holds once it was taken: it is in the ring, which outlives the
  /// process. False: the log can't take it, and no tunnel may open on it.
  [[nodiscard]] static bool accepted(Ticket ticket) { return ticket.taken; }
  /// Any thread. Up to this position of tickets everything is on disk; with durability "fsync" a taken event's promise
  /// holds once that has reached its ticket's. JournalSettings::on_durable tells when to look.
  [[nodiscard]] std::uint64_t durable_up_to() const { return ring_.released(); }

  /// Any thread.
  [[nodiscard]] const EventCounts& counts() const { return counts_; }

  /// Writes merged refusals whose minute is over. Call about once a second.
  void tick(WallTime now);
  /// Writes what is still merged. Call once, at the end.
  void flush(WallTime now);

 private:
  [[nodiscard]] Ticket take(const Event& event);
  [[nodiscard]] Ticket push(const Event& event);

  Journal& journal_;
  Ring& ring_;
  RefusalMerger refusals_;
  EventCounts counts_;
  std::string line_;
};

}  // namespace shirgate
