#include "audit/sinks/shipper.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/chain.hpp"
#include "audit/log_time.hpp"

namespace shirgate {
namespace {

using std::chrono::milliseconds;

constexpr auto first_pause = milliseconds(100);
constexpr auto longest_pause = std::chrono::seconds(30);
constexpr auto cursor_interval = std::chrono::seconds(1);
/// At the end: however short the time that was given is, and how long nothing may arrive. A TLS handshake on a busy
/// machine takes seconds; where nobody is there, the first refusal ends it anyway.
constexpr auto shortest_end = std::chrono::seconds(1);
constexpr auto patience_at_the_end = std::chrono::seconds(4);
constexpr auto poll_interval = milliseconds(200);
/// A connection that is lost sooner has ended no trouble: some take lines before they notice that nobody is there.
constexpr auto standing_time = std::chrono::seconds(1);
/// Between two looks at what arrived.
constexpr auto confirm_interval = milliseconds(20);
/// Between two of those, so that a sink that is slow to take is not slow to confirm.
constexpr std::size_t lines_a_round = 256;
/// Together these bound what may be on its way, in lines and in memory.
constexpr std::size_t max_marks = 4096;
constexpr std::uint64_t max_lines_a_mark = 64;
/// With fewer marks each line has its own, so that few lines are not delivered late.
constexpr std::size_t single_marks = 64;

/// Milliseconds since 1970.
std::int64_t milliseconds_of(const Follower::Line& line) {
  return parse_log_time(line.front.body.at).value_or(LogTime()).time_since_epoch().count();
}

/// A receiver may say anything.
std::string printable(std::string text) {
  constexpr std::size_t longest = 300;
  if (text.size() > longest) text.resize(longest);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

}  // namespace

void Durable::advance_to(std::uint64_t seq) {
  {
    const std::scoped_lock lock(mutex_);
    seq_.store(seq, std::memory_order_release);
  }
  more_.notify_all();
}

void Durable::wait(std::uint64_t seen, milliseconds time, const std::function<bool()>& hurry) {
  std::unique_lock lock(mutex_);
  more_.wait_for(lock, time, [&] { return seq_.load() > seen || hurry(); });
}

void Durable::wake_all() {
  { const std::scoped_lock lock(mutex_); }
  more_.notify_all();
}

Shipper::Shipper(const std::string& directory, Parts parts, Durable& durable)
    : settings_(std::move(parts.settings)),
      sink_(std::move(parts.sink)),
      cursor_file_(std::move(parts.cursor_file)),
      on_trouble_(std::move(parts.on_trouble)),
      durable_(durable),
      follower_(directory,
                [this](std::string_view text) { on_trouble_(fmt::format("sink {}: {}", settings_.name, text)); }),
      shipped_text_(settings_.format),
      cursor_(parts.cursor),
      delivered_seq_(cursor_.seq),
      kept_(cursor_.seq) {}

Checked<bool> Shipper::find_place() {
  const auto gone = follower_.go_to(cursor_);
  if (gone.has_error())
    return complain(fmt::format("{}; put the log back, or remove {} to deliver all of it to sink {} again",
                                gone.error().text(), cursor_file_.path(), settings_.name));
  delivered_seq_.store(follower_.seq());
  is_in_place_ = true;
  return true;
}

void Shipper::start() {
  thread_ = std::thread([this] { run(); });
}

void Shipper::begin_stop(milliseconds limit) {
  const auto now = Clock::now();
  last_arrival_.store(now.time_since_epoch().count());
  stop_limit_.store((now + std::max<Clock::duration>(limit, shortest_end)).time_since_epoch().count());
  stop_.store(true);
  durable_.wake_all();
}

void Shipper::stop(milliseconds limit) {
  if (!thread_.joinable()) return;
  if (!stop_.load()) begin_stop(limit);
  thread_.join();
}

bool Shipper::is_over() const {
  if (!stop_.load()) return false;
  const auto now = Clock::now().time_since_epoch().count();
  return now > stop_limit_.load() || now > last_arrival_.load() + Clock::duration(patience_at_the_end).count();
}

void Shipper::run() {
  bool last_try = false;
  while (!is_over() && !is_done()) {
    const auto went = try_on();
    if (went.has_value()) continue;
    lose(went.error().text());
    if (std::exchange(last_try, stop_.load())) break;
    wait_before_next_try();
  }
  keep_cursor(true);
  sink_->disconnect();
  connected_.store(false);
}

Checked<bool> Shipper::try_on() try {
  return is_connected_ ? deliver() : connect();
} catch (const std::exception& error) {
  is_in_place_ = false;
  return complain(error.what());
}

Checked<bool> Shipper::connect() {
  if (!is_in_place_) {
    waiting_.reset();
    const auto gone = follower_.go_to(cursor_);
    if (gone.has_error()) return gone.error();
    is_in_place_ = true;
  }
  note_oldest();
  auto connected = sink_->connect([this] { return is_over(); });
  if (connected.has_error()) return connected.error();
  is_connected_ = true;
  has_delivered_ = false;
  connected_at_ = Clock::now();
  return true;
}

void Shipper::lose(const std::string& why) {
  keep_cursor(true);
  sink_->disconnect();
  is_connected_ = false;
  connected_.store(false);
  failures_.fetch_add(1);
  if (!marks_.empty()) is_in_place_ = false;
  marks_.clear();
  sent_ = 0;
  finishing_ = false;
  if (!std::exchange(has_complained_, true))
    on_trouble_(
        fmt::format("sink {}: {}; nothing is delivered, and it is tried again", settings_.name, printable(why)));
}

void Shipper::wait_before_next_try() {
  pause_ = std::clamp<Clock::duration>(pause_ * 2, first_pause, longest_pause);
  // Gates that lost one receiver together should not come back together.
  const auto until = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                        pause_ * std::uniform_real_distribution<>(0.5, 1.0)(random_));
  while (!stop_.load() && Clock::now() < until) {
    if (is_in_place_) note_oldest();
    const auto rest = std::chrono::ceil<milliseconds>(until - Clock::now());
    durable_.wait(std::numeric_limits<std::uint64_t>::max(), std::clamp(rest, milliseconds(0), poll_interval),
                  [this] { return stop_.load(); });
  }
}

Checked<bool> Shipper::deliver() {
  const auto seen = durable_.seq();
  const auto sent = send_some();
  if (sent.has_error()) return sent.error();
  const bool idle = *sent == 0 && !waiting_ && has_room();
  if (idle && stop_.load() && !std::exchange(finishing_, true)) sink_->finish();
  const auto confirmed = sink_->confirmed(*sent > 0 || marks_.empty() ? milliseconds(0) : confirm_interval);
  if (confirmed.has_error()) return confirmed.error();
  note_confirmed(*confirmed);
  note_standing();
  connected_.store(sink_->is_connected());
  keep_cursor(false);
  if (idle && marks_.empty()) durable_.wait(seen, poll_interval, [this] { return stop_.load(); });
  return true;
}

bool Shipper::has_room() const { return marks_.size() < max_marks || marks_.back().lines < max_lines_a_mark; }

const Follower::Line* Shipper::peek() {
  if (!waiting_ && is_in_place_) waiting_ = follower_.next(durable_.seq());
  return waiting_ ? &*waiting_ : nullptr;
}

Checked<std::size_t> Shipper::send_some() {
  std::size_t count = 0;
  while (count < lines_a_round && has_room()) {
    const auto* line = peek();
    if (line == nullptr) break;
    const auto taken = send(*line);
    if (taken.has_error()) return taken.error();
    if (!*taken) break;
    note_sent(*line);
    waiting_.reset();
    ++count;
  }
  return count;
}

Checked<bool> Shipper::send(const Follower::Line& line) {
  const auto text = shipped_text_.of(line);
  if (!text)
    on_trouble_(fmt::format("sink {}: line {} can't be read, and is left out", settings_.name, line.front.seq));
  if (!text || text->empty()) return true;
  auto taken = sink_->send({*text, line.front});
  if (taken.has_value() && *taken) ++sent_;
  return taken;
}

void Shipper::note_sent(const Follower::Line& line) {
  if (marks_.size() < single_marks || marks_.back().lines >= max_lines_a_mark)
    marks_.push_back({.first_at = milliseconds_of(line)});
  auto& mark = marks_.back();
  mark.sent = sent_;
  ++mark.lines;
  mark.cursor = {line.front.seq, hash_of_line(line.text)};
}

void Shipper::note_confirmed(std::uint64_t count) {
  bool any = false;
  while (!marks_.empty() && marks_.front().sent <= count) {
    cursor_ = marks_.front().cursor;
    delivered_.fetch_add(marks_.front().lines);
    marks_.pop_front();
    any = true;
  }
  if (any) {
    delivered_seq_.store(cursor_.seq);
    last_arrival_.store(Clock::now().time_since_epoch().count());
    has_delivered_ = has_delivered_ || count > 0;
  }
  note_oldest();
}

void Shipper::note_standing() {
  if (!has_delivered_ || Clock::now() < connected_at_ + standing_time) return;
  pause_ = {};
  if (std::exchange(has_complained_, false))
    on_trouble_(fmt::format("sink {}: lines are delivered again", settings_.name));
}

void Shipper::note_oldest() {
  const auto* line = marks_.empty() ? peek() : nullptr;
  oldest_at_.store(!marks_.empty() ? marks_.front().first_at : line ? milliseconds_of(*line) : 0);
}

void Shipper::keep_cursor(bool now) {
  if (cursor_.seq == kept_.load() || (!now && Clock::now() < cursor_kept_at_ + cursor_interval)) return;
  cursor_kept_at_ = Clock::now();
  const auto written = cursor_file_.write(cursor_);
  if (written.has_value()) kept_.store(cursor_.seq, std::memory_order_relaxed);
  if (written.has_error() && !has_complained_of_cursor_)
    on_trouble_(fmt::format("sink {}: {}; after a restart lines come again", settings_.name, written.error().text()));
  has_complained_of_cursor_ = written.has_error();
}

std::uint64_t Shipper::lag() const {
  const auto delivered = delivered_seq_.load();
  const auto durable = durable_.seq();
  return durable > delivered ? durable - delivered : 0;
}

ShipperNumbers Shipper::numbers() const {
  ShipperNumbers numbers{.name = settings_.name,
                         .delivered_lines = delivered_.load(),
                         .lag_lines = lag(),
                         .failures = failures_.load(),
                         .connected = connected_.load()};
  const auto oldest = oldest_at_.load();
  if (numbers.lag_lines == 0 || oldest == 0) return numbers;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  numbers.lag_seconds =
      std::max(0.0, static_cast<double>(std::chrono::duration_cast<milliseconds>(now).count() - oldest) / 1000);
  return numbers;
}

}  // namespace shirgate
