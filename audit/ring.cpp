#include "audit/ring.hpp"

#include <algorithm>
#include <cstring>

namespace shirgate {
namespace {

constexpr std::size_t framed(std::size_t size) { return size + sizeof(std::uint32_t); }

constexpr std::size_t ending_room = framed(Ring::max_record_bytes);

}  // namespace

Ring::Ring(std::size_t capacity)
    : capacity_(std::max(capacity, 16 * framed(max_record_bytes))), size_(capacity_ + lag), bytes_(new char[size_]) {
  scratch_.reserve(max_record_bytes);
}

double Ring::fill() const {
  const auto used = tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_relaxed);
  return static_cast<double>(used) / static_cast<double>(capacity_);
}

bool Ring::push(std::string_view record, Claim claim) {
  if (record.size() > max_record_bytes) return false;
  const auto tail = tail_.load(std::memory_order_relaxed);
  const auto used = tail - head_.load(std::memory_order_acquire);
  const std::size_t free = capacity_ - used;
  const std::size_t need = framed(record.size());

  std::size_t must_stay_free = 0;
  switch (claim) {
    case Claim::refusal: must_stay_free = reserved_ + capacity_ / 4; break;
    case Claim::opening: must_stay_free = reserved_ + ending_room; break;
    case Claim::during: must_stay_free = reserved_; break;
    case Claim::ending: must_stay_free = 0; break;
  }
  if (free < need + must_stay_free) return false;

  const auto size = static_cast<std::uint32_t>(record.size());
  char frame[sizeof size];
  std::memcpy(frame, &size, sizeof size);
  write_bytes(tail, frame, sizeof size);
  write_bytes(tail + sizeof size, record.data(), record.size());
  tail_.store(tail + need, std::memory_order_release);

  if (claim == Claim::opening) reserved_ += ending_room;
  if (claim == Claim::ending) release_ending();
  return true;
}

bool Ring::reserve_ending() {
  const auto used = tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire);
  if (capacity_ - used < reserved_ + ending_room) return false;
  reserved_ += ending_room;
  return true;
}

void Ring::release_ending() { reserved_ -= std::min(reserved_, ending_room); }

void Ring::write_bytes(std::uint64_t at, const char* bytes, std::size_t size) {
  const std::size_t start = at % size_;
  const std::size_t first = std::min(size, size_ - start);
  std::memcpy(bytes_.get() + start, bytes, first);
  std::memcpy(bytes_.get(), bytes + first, size - first);
}

void Ring::read_bytes(std::uint64_t at, std::size_t size, std::string& into) const {
  const std::size_t start = at % size_;
  const std::size_t first = std::min(size, size_ - start);
  into.assign(bytes_.get() + start, first);
  into.append(bytes_.get(), size - first);
}

std::uint32_t Ring::read_size(std::uint64_t at) const {
  char frame[sizeof(std::uint32_t)];
  for (std::size_t i = 0; i < sizeof frame; ++i) frame[i] = bytes_[(at + i) % size_];
  std::uint32_t size = 0;
  std::memcpy(&size, frame, sizeof size);
  return size;
}

}  // namespace shirgate
