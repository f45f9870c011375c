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

/// One block for every piece in turn, each at its very end: a reader that reads past a piece is caught, one that keeps
/// a pointer into it finds the next piece there. No allocation a piece, because that was most of what a run cost.
class Pieces {
 public:
  Input put(Input piece) {
    if (piece.size() > size_) {
      size_ = piece.size();
      block_.reset(new std::uint8_t[size_]);
    }
    const auto at = block_.get() + (size_ - piece.size());
    std::copy(piece.begin(), piece.end(), at);
    return {at, piece.size()};
  }

 private:
  std::size_t size_ = 0;
  std::unique_ptr<std::uint8_t[]> block_;
};

/// Gives `take` the input piece by piece, some of them empty: one input in sixteen byte by byte, the others in at most
/// eight pieces, so that long inputs do not cost a thousand feeds each.
template <class Take>
void in_pieces(Input input, Take take) {
  static Pieces pieces;
  std::uint32_t hash = 2166136261u;
  for (const auto byte : input) hash = (hash ^ byte) * 16777619u;
  std::minstd_rand random(hash);
  const bool by_bytes = random() % 16 == 0;
  for (unsigned left = 8; !input.empty(); --left) {
    const auto size = by_bytes ? random() % 2 : left <= 1 ? input.size() : random() % (input.size() + 1);
    take(pieces.put(input.first(size)));
    input = input.subspan(size);
  }
}

}  // namespace shirgate::fuzz
