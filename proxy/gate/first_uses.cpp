#include "proxy/gate/first_uses.hpp"

#include <random>

namespace shirgate {
namespace {

std::uint64_t random_seed() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

/// The finish of murmur3: spreads what the seed and the text come to over all bits.
std::uint64_t spread(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33;
  hash *= 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33);
}

std::uint64_t add(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = spread(hash ^ static_cast<unsigned char>(c)) + 1;
  return hash;
}

}  // namespace

FirstUses::FirstUses()
    : seed_(random_seed()), table_(std::make_unique<std::array<std::atomic<std::uint64_t>, places>>()) {}

bool FirstUses::note(Name rule, const Host& host) {
  auto hash = add(add(seed_, rule.text()), host.text());
  if (hash == 0) hash = 1;  // 0 marks a free place
  for (std::size_t step = 0; step < longest_search; ++step) {
    auto& place = (*table_)[(hash + step) % places];
    std::uint64_t there = 0;
    if (place.compare_exchange_strong(there, hash, std::memory_order_relaxed)) return true;
    if (there == hash) return false;
  }
  return true;
}

}  // namespace shirgate
