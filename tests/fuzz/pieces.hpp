// Bringing the fuzzer's bytes to a reader: whole, and in pieces whose cuts follow from the input, so that a finding
// repeats and the input itself stays a plain capture.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <vector>

namespace shirgate::fuzz {

using Input = std::span<const std::uint8_t>;

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// An exact copy on the heap: a reader that reads past it or keeps a pointer into it would be caught.
class Copy {
 public:
  explicit Copy(Input input) : size_(input.size()), bytes_(new std::uint8_t[input.size()]) {
    std::copy(input.begin(), input.end(), bytes_.get());
  }
  [[nodiscard]] Input bytes() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<std::uint8_t[]> bytes_;
};

/// Gives `take` the input piece by piece, some of them empty.
template <class Take>
void in_pieces(Input input, Take take) {
  std::uint32_t hash = 2166136261u;
  for (const auto byte : input) hash = (hash ^ byte) * 16777619u;
  std::minstd_rand random(hash);
  const std::size_t longest = std::size_t{1} << random() % 9;
  while (!input.empty()) {
    const auto size = std::min<std::size_t>(input.size(), random() % (longest + 1));
    take(Copy(input.first(size)).bytes());
    input = input.subspan(size);
  }
}

}  // namespace shirgate::fuzz
