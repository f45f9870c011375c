// How long dialling took, summed up in a fixed size.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>

namespace shirgate {

/// Eight buckets for each doubling, so that a quantile is at most an eighth too long. From two minutes on all are one.
class DialTimes {
 public:
  void add(std::uint64_t microseconds) {
    ++buckets_[bucket_of(microseconds)];
    ++count_;
  }
  void add(const DialTimes& others) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += others.buckets_[i];
    count_ += others.count_;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

  /// The longest time of the bucket that holds the quantile, 0 < q <= 1; nothing where nothing was dialled.
  [[nodiscard]] std::optional<std::chrono::microseconds> quantile(double q) const {
    if (count_ == 0) return std::nullopt;
    const auto wanted = q * static_cast<double>(count_);
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    for (; bucket + 1 < buckets_.size(); ++bucket) {
      seen += buckets_[bucket];
      if (static_cast<double>(seen) >= wanted) break;
    }
    return std::chrono::microseconds(last_of(bucket));
  }

 private:
  static constexpr std::size_t parts = 8;
  static constexpr std::size_t size = 25 * parts;

  /// Below sixteen each time has its own; then eight of each power of two.
  static constexpr std::size_t bucket_of(std::uint64_t time) {
    if (time < parts) return static_cast<std::size_t>(time);
    const auto power = static_cast<std::size_t>(std::bit_width(time)) - 4;
    const auto bucket = power * parts + static_cast<std::size_t>(time >> power);
    return bucket < size ? bucket : size - 1;
  }
  static constexpr std::uint64_t last_of(std::size_t bucket) {
    if (bucket < 2 * parts) return bucket;
    const auto power = bucket / parts - 1;
    return ((bucket % parts + parts + 1) << power) - 1;
  }

  std::array<std::uint32_t, size> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace shirgate
