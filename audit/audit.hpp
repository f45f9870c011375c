// One worker's end of the audit log.
#pragma once

#include <cstdint>
#include <string>

#include "audit/event.hpp"
#include "audit/refusal_merger.hpp"
#include "audit/ring.hpp"

namespace shirgate {

class Journal;

/// A receipt for one appended event.
struct Ticket {
  bool taken = false;
};

/// Formats events and hands them to the journal without a system call or a lock. One thread.
class Audit {
 public:
  Audit(Journal& journal, Ring& ring) : journal_(journal), ring_(ring) { line_.reserve(Ring::max_record_bytes); }

  /// Appends the event. An `open` is taken only when its `close` will fit as well, so append its end exactly once;
  /// a `close` is always taken. Equal refusals beyond twenty a minute are merged.
  Ticket append(const Event& event);

  /// A tunnel that another writer opened will end here: sets the room of its `close` aside. False: no room, leave it
  /// where it is.
  [[nodiscard]] bool take_over_end() { return ring_.reserve_ending(); }
  /// The other side of that: a tunnel opened here ends elsewhere.
  void give_up_end() { ring_.release_ending(); }

  /// True when the event's promise holds: with durability "group" that is once it is in the ring. False: the log can't
  /// take it, and no tunnel may open on it.
  [[nodiscard]] static bool accepted(Ticket ticket) { return ticket.taken; }

  /// Writes merged refusals whose minute is over. Call about once a second.
  void tick(WallTime now);
  /// Writes what is still merged. Call once, at the end.
  void flush(WallTime now);

 private:
  [[nodiscard]] bool push(const Event& event);

  Journal& journal_;
  Ring& ring_;
  RefusalMerger refusals_;
  std::string line_;
};

}  // namespace shirgate
