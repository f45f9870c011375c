// One thread's waiting place: a single edge-triggered epoll for sessions, relay, DNS and listeners, a coarse clock, and
// the deadlines of everything that waits. Nothing here is thread-safe but wake_from_outside().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "proxy/loop/slab.hpp"

namespace shirgate {

using SteadyTime = std::chrono::steady_clock::time_point;

class Descriptor;

/// Told on the loop's thread that a descriptor may have become ready. May close any descriptor, its own included.
class ReadinessListener {
 public:
  virtual void on_ready(Descriptor& descriptor) = 0;

 protected:
  ~ReadinessListener() = default;
};

/// A kernel descriptor as the loop knows it. The flags say what may work without blocking: they start true, whoever
/// sees EAGAIN clears them, the loop sets them again. Who owns a Descriptor hands it over by exchanging `listener`; no
/// system call is needed for that.
class Descriptor {
 public:
  [[nodiscard]] int fd() const { return fd_; }
  bool readable = true;
  bool writable = true;
  bool broken = false;  ///< the kernel reported an error; reading, once it comes to that, says which
  /// A read that brings less than was asked for does not prove that nothing is left: the peer has finished, or sent
  /// urgent data, where reads stop. Where it is false, it does, and what arrives later is told as a new edge.
  bool thorough = false;
  /// After a read of at most `wanted` bytes brought `got`, at least one: no second read only to hear EAGAIN.
  void note_read(std::size_t got, std::size_t wanted) {
    if (got < wanted && !thorough) readable = false;
  }
  ReadinessListener* listener = nullptr;

 private:
  friend class EventLoop;
  int fd_ = -1;
};

/// A deadline in the loop. Derived classes are told when it passes; a link in a list, so arming costs no system call
/// and no allocation. Precision is one tick.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  virtual ~Deadline() { disarm(); }
  void disarm();
  [[nodiscard]] bool armed() const { return next_ != nullptr; }

 protected:
  virtual void on_deadline(bool cancelled) = 0;

 private:
  friend class EventLoop;
  void link_before(Deadline& head);
  SteadyTime at_{};
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
};

/// Work that is done once in every turn of the loop.
class TurnTask {
 public:
  /// Does a bounded piece of what is left; true when more remains, so that the loop does not sleep.
  virtual bool on_turn() = 0;

 protected:
  ~TurnTask() = default;
};

enum class Trigger : std::uint8_t {
  edge,   ///< both directions, told on each change
  level,  ///< reading only, told as long as it lasts
};

class EventLoop {
 public:
  static constexpr std::chrono::milliseconds tick{100};

  /// Throws std::system_error when the kernel gives no epoll.
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Takes the descriptor over, which must be non-blocking; null when the kernel refuses it, which then stays the
  /// caller's.
  [[nodiscard]] Descriptor* add(int fd, Trigger trigger);
  /// Closes at once; the object stays readable until the turn ends, since the same batch of events may name it.
  void close(Descriptor* descriptor);
  /// For descriptors that somebody else closes (c-ares), or that move to another loop: forgets it without closing.
  void forget(Descriptor* descriptor);
  /// Asks for reading and writing edges level-triggered, as `want_write` says. For c-ares only.
  void want(Descriptor& descriptor, bool want_read, bool want_write);

  void arm(Deadline& deadline, SteadyTime at);
  /// Ends every armed deadline now, as cancelled.
  void cancel_all();

  /// The time at the start of this turn.
  [[nodiscard]] SteadyTime now() const { return now_; }

  void add_turn_task(TurnTask& task) { turn_tasks_.push_back(&task); }
  /// Called about every tick.
  void on_tick(std::function<void()> call) { tick_calls_.push_back(std::move(call)); }

  /// Any thread: runs `call` on the loop's thread soon.
  void wake_from_outside(std::function<void()> call);

  /// Turns until stop(). `between` runs once a turn and is where the coroutines' executor gets its share.
  void run(const std::function<void()>& between);
  void stop() { stopped_ = true; }

 private:
  void dispatch(int timeout_ms);
  void expire(SteadyTime now, bool cancelled);
  void take_outside_calls();
  void bury_the_dead();
  [[nodiscard]] bool run_turn_tasks();

  class ListHead final : public Deadline {
    void on_deadline(bool) override {}
  };

  int epoll_ = -1;
  Descriptor* wake_ = nullptr;
  SteadyTime now_;
  SteadyTime next_tick_;
  ListHead deadlines_;
  bool stopped_ = false;
  std::vector<TurnTask*> turn_tasks_;
  std::vector<std::function<void()>> tick_calls_;
  Slab<Descriptor> descriptors_;
  std::vector<Descriptor*> dead_;
  std::mutex outside_mutex_;
  std::vector<std::function<void()>> outside_calls_;
};

}  // namespace shirgate
