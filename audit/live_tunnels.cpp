#include "audit/live_tunnels.hpp"

#include <algorithm>
#include <utility>

namespace shirgate {
namespace {

constexpr std::size_t fewest_places = 64;

}  // namespace

std::size_t LiveTunnels::home_of(std::uint64_t tunnel) const {
  // Fibonacci hashing: ids need not be random.
  return static_cast<std::size_t>((tunnel * 0x9e3779b97f4a7c15) >> 20) & (places_.size() - 1);
}

std::size_t LiveTunnels::place_of(std::uint64_t tunnel) const {
  auto at = home_of(tunnel);
  while (places_[at] != 0 && places_[at] != tunnel) at = (at + 1) & (places_.size() - 1);
  return at;
}

bool LiveTunnels::contains(std::uint64_t tunnel) const {
  return size_ > 0 && tunnel != 0 && places_[place_of(tunnel)] == tunnel;
}

bool LiveTunnels::add(std::uint64_t tunnel) {
  if (tunnel == 0 || contains(tunnel)) return false;
  if ((size_ + 1) * 4 > places_.size() * 3) resize(std::max(fewest_places, places_.size() * 2));
  places_[place_of(tunnel)] = tunnel;
  ++size_;
  return true;
}

bool LiveTunnels::remove(std::uint64_t tunnel) {
  if (!contains(tunnel)) return false;
  const auto mask = places_.size() - 1;
  auto hole = place_of(tunnel);
  // Whoever stands behind the hole only because its own place was taken moves up.
  for (auto at = (hole + 1) & mask; places_[at] != 0; at = (at + 1) & mask) {
    const auto home = home_of(places_[at]);
    if (((at - home) & mask) < ((at - hole) & mask)) continue;
    places_[hole] = places_[at];
    hole = at;
  }
  places_[hole] = 0;
  --size_;
  if (places_.size() > fewest_places && size_ * 5 < places_.size()) resize(places_.size() / 2);
  return true;
}

void LiveTunnels::resize(std::size_t places) {
  auto old = std::exchange(places_, std::vector<std::uint64_t>(places));
  for (const auto tunnel : old)
    if (tunnel != 0) places_[place_of(tunnel)] = tunnel;
}

std::vector<std::uint64_t> LiveTunnels::ids() const {
  std::vector<std::uint64_t> ids;
  ids.reserve(size_);
  std::copy_if(places_.begin(), places_.end(), std::back_inserter(ids), [](std::uint64_t id) { return id != 0; });
  return ids;
}

bool operator==(const LiveTunnels& a, const LiveTunnels& b) {
  const auto ids = a.ids();
  return a.size() == b.size() && std::all_of(ids.begin(), ids.end(), [&](std::uint64_t id) { return b.contains(id); });
}

}  // namespace shirgate
