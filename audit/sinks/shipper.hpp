// Takes the log to one sink: a thread that reads, sends, and remembers what arrived.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "audit/sinks/cursor.hpp"
#include "audit/sinks/follower.hpp"
#include "audit/sinks/shipped_text.hpp"
#include "audit/sinks/sink.hpp"
#include "config/sink.hpp"

namespace shirgate {

/// How far the log is durable: lines up to there may be shipped. Whoever waits for more is told.
class Durable {
 public:
  void advance_to(std::uint64_t seq);
  [[nodiscard]] std::uint64_t seq() const { return seq_.load(std::memory_order_acquire); }
  /// Returns when there is more than `seen`, when told to hurry, or after `time`.
  void wait(std::uint64_t seen, std::chrono::milliseconds time, const std::function<bool()>& hurry);
  void wake_all();

 private:
  std::atomic<std::uint64_t> seq_{0};
  std::mutex mutex_;
  std::condition_variable more_;
};

/// What a sink's operator asks.
struct ShipperNumbers {
  std::string name;
  std::uint64_t delivered_lines = 0;  ///< since the gate started; repetitions count
  std::uint64_t lag_lines = 0;
  double lag_seconds = 0;      ///< age of the oldest line that is not delivered
  std::uint64_t failures = 0;  ///< connections that failed or were lost
  bool connected = false;
};

/// Delivers every line at least once, in order. A failed sink is tried again after 0.1 s, doubled up to 30 s. The
/// cursor is on disk a second after it moved, and at the end.
class Shipper {
 public:
  struct Parts {
    SinkSettings settings;
    std::unique_ptr<Sink> sink;
    CursorFile cursor_file;
    Cursor cursor;
    std::function<void(std::string_view)> on_trouble;
  };
  Shipper(const std::string& directory, Parts parts, Durable& durable);
  ~Shipper() { stop(std::chrono::milliseconds(0)); }
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  /// The complaint: the cursor does not belong to this log.
  [[nodiscard]] Checked<bool> find_place();
  /// After find_place().
  void start();
  /// One last try: as long as lines arrive, and four seconds without; at most `limit`, or a second. begin_stop() for
  /// several at once.
  void stop(std::chrono::milliseconds limit);
  void begin_stop(std::chrono::milliseconds limit);

  [[nodiscard]] ShipperNumbers numbers() const;
  /// Any thread: lines that are durable and not delivered.
  [[nodiscard]] std::uint64_t lag() const;
  /// Any thread: is new work to wait for this sink?
  [[nodiscard]] bool is_overdue() const {
    return settings_.required && lag() > static_cast<std::uint64_t>(settings_.max_backlog);
  }
  /// Any thread: lines up to here will not be asked for again, whatever happens.
  [[nodiscard]] std::uint64_t kept_up_to() const { return kept_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  /// Some lines in a row that were sent, or that the sink's format leaves out.
  struct Mark {
    std::uint64_t sent = 0;   ///< of all lines sent since connect(), so many up to here
    std::uint64_t lines = 0;  ///< of the log
    Cursor cursor{};
    std::int64_t first_at = 0;  ///< time of the first of them
  };

  void run();
  /// Connects, or goes one round. What is thrown (no thread, no memory, OpenSSL) is a complaint like any other.
  [[nodiscard]] Checked<bool> try_on();
  [[nodiscard]] Checked<bool> connect();
  /// One round: sends what there is, hears what arrived.
  [[nodiscard]] Checked<bool> deliver();
  [[nodiscard]] Checked<std::size_t> send_some();
  /// Sends the line, unless the format leaves it out. False: there is no room now.
  [[nodiscard]] Checked<bool> send(const Follower::Line& line);
  void note_sent(const Follower::Line& line);
  void note_oldest();
  void note_confirmed(std::uint64_t count);
  /// Once lines have arrived and the connection has stood for a while, trouble is over.
  void note_standing();
  void keep_cursor(bool now);
  void lose(const std::string& why);
  void wait_before_next_try();
  [[nodiscard]] bool is_over() const;
  /// The end has come and there is nothing left to do.
  [[nodiscard]] bool is_done() const { return stop_.load() && marks_.empty() && lag() == 0; }
  [[nodiscard]] bool has_room() const;
  /// The line that comes next, if there is one; it stays until it was sent.
  [[nodiscard]] const Follower::Line* peek();

  const SinkSettings settings_;
  const std::unique_ptr<Sink> sink_;
  const CursorFile cursor_file_;
  const std::function<void(std::string_view)> on_trouble_;
  Durable& durable_;
  Follower follower_;
  ShippedText shipped_text_;
  Cursor cursor_;                          ///< delivered
  bool is_in_place_ = false;               ///< the follower, behind the last of the marks
  std::optional<Follower::Line> waiting_;  ///< not sent yet
  std::deque<Mark> marks_;
  std::uint64_t sent_ = 0;  ///< since connect()
  bool is_connected_ = false;
  bool has_delivered_ = false;  ///< since connect()
  Clock::time_point connected_at_{};
  bool has_complained_ = false;
  bool has_complained_of_cursor_ = false;
  bool finishing_ = false;
  Clock::duration pause_{};
  Clock::time_point cursor_kept_at_{};
  std::mt19937 random_{std::random_device{}()};

  std::atomic<bool> stop_{false};
  std::atomic<Clock::rep> stop_limit_{0};  ///< the end, whatever still arrives
  std::atomic<Clock::rep> last_arrival_{0};
  std::atomic<std::uint64_t> delivered_seq_;
  std::atomic<std::uint64_t> kept_;
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::int64_t> oldest_at_{0};  ///< of what is sent and not delivered, or 0; milliseconds since 1970
  std::atomic<bool> connected_{false};
  std::thread thread_;
};

}  // namespace shirgate
