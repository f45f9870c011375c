// One direction of a tunnel, and the two ways to move its bytes: copied through the worker's bounce buffer, or spliced
// through a pipe, which pays as soon as there is much to move.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "config/settings.hpp"
#include "proxy/loop/event_loop.hpp"
#include "proxy/relay/pipe.hpp"
#include "proxy/relay/stuck.hpp"

namespace shirgate {

/// What became of flows, and why.
struct RelayCounters {
  std::uint64_t promoted = 0;         ///< to splice, after full reads in a row
  std::uint64_t demoted_small = 0;    ///< to copy, after small reads in a row
  std::uint64_t demoted_quiet = 0;    ///< to copy, after a second of silence
  std::uint64_t demoted_refused = 0;  ///< to copy for good: the kernel does not splice this socket
  std::uint64_t spliced_bytes = 0;
  std::uint64_t copied_bytes = 0;
};

/// What the relay lends to a flow for the time of a turn.
struct Means {
  std::span<char> bounce;  ///< at most max_stuck_bytes
  PipePool& pipes;
  StuckMemory& stuck;
  RelayCounters& counters;
  RelayMode mode;
  SteadyTime now;
};

enum class Moved : std::uint8_t { idle, some, source_broke, sink_broke };

/// Bytes go straight from `from` to `to`. Only what `to` would not take waits, in `stuck` or in `pipe`, and while it
/// does `from` is not read: that is the back-pressure.
struct Flow {
  Descriptor* from = nullptr;
  Descriptor* to = nullptr;
  Stuck stuck{};                 ///< read, and not yet taken by `to`
  std::unique_ptr<Pipe> pipe{};  ///< lent as long as bytes wait in it
  std::uint64_t bytes = 0;       ///< that `to` has taken
  int broke_with = 0;            ///< the errno that ended `from` or `to`
  bool finished = false;         ///< `from` sent its end
  bool passed_on = false;        ///< and `to` was told
  bool bulk = false;             ///< spliced where a pipe can be had
  bool spliced = false;          ///< some of its bytes were
  bool may_splice = true;        ///< until the kernel refuses
  std::uint8_t streak = 0;       ///< of full reads while copied, of small ones while spliced

  /// Moves what one read brings. `idle`: nothing can be moved before an event.
  [[nodiscard]] Moved move(const Means& means);
  /// Back to copying, because nothing moved for a while. What waits in a pipe stays there.
  void demote_quiet(RelayCounters& counters);
  /// Gives a pipe back, with whatever is in it.
  void abandon(PipePool& pipes);

 private:
  [[nodiscard]] Moved broke(Moved side, int why) {
    broke_with = why;
    return side;
  }
  [[nodiscard]] Moved copy(const Means& means);
  [[nodiscard]] Moved splice(const Means& means);
  [[nodiscard]] bool send_now(std::string_view bytes, std::size_t& sent);
  [[nodiscard]] bool send_stuck(const Means& means);
  [[nodiscard]] bool drain_pipe(const Means& means);
  void pass_on_end();
  void note_copied(std::size_t size, const Means& means);
  void note_spliced(std::size_t size, const Means& means);
};

}  // namespace shirgate
