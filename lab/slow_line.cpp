#include "lab/slow_line.hpp"

#include <algorithm>
#include <utility>

namespace shirgate::lab {
namespace {

constexpr std::size_t least_buffer_bytes = 65536;
constexpr std::chrono::milliseconds buffered{100};

}  // namespace

std::chrono::nanoseconds SlowLine::time_of(std::size_t bytes) const {
  if (line_.bytes_per_second == 0) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(bytes) * std::nano::den / line_.bytes_per_second);
}

bool SlowLine::is_lost(Time now) {
  std::uniform_int_distribution percent(0, 99);
  if (percent(random_) < line_.loss_percent) return true;
  return free_at_ - now > buffered + time_of(least_buffer_bytes);
}

void SlowLine::take(std::string packet, std::size_t size, Fate fate, Time now) {
  if (fate == Fate::open && is_lost(now)) return;
  free_at_ = std::max(free_at_, now) + time_of(size);
  packets_.push_back({free_at_ + line_.delay, std::move(packet)});
}

std::optional<std::string> SlowLine::arrived(Time now) {
  if (packets_.empty() || packets_.front().arrives > now) return std::nullopt;
  auto bytes = std::move(packets_.front().bytes);
  packets_.pop_front();
  return bytes;
}

std::optional<SlowLine::Time> SlowLine::next() const {
  if (packets_.empty()) return std::nullopt;
  return packets_.front().arrives;
}

}  // namespace shirgate::lab
