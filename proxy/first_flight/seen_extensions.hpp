// Which extension numbers a hello has had so far. One bit for each, because a search through those seen would be
// quadratic in hostile hands: 16 KiB hold four thousand extensions. Clearing all 8 KiB of bits would cost more than
// reading an honest hello with its dozen, so a word is cleared when it is first looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace shirgate {

class SeenExtensions {
 public:
  // User-provided, so that the words are left unwritten.
  SeenExtensions() {}

  /// False if it was there.
  [[nodiscard]] bool insert(std::uint16_t number) {
    auto& word = word_of(number);
    const auto bit = bit_of(number);
    if ((word & bit) != 0) return false;
    word |= bit;
    return true;
  }

 private:
  static constexpr std::size_t word_bits = 64;

  static std::uint64_t bit_of(std::size_t number) { return std::uint64_t{1} << number % word_bits; }

  std::uint64_t& word_of(std::size_t number) {
    const std::size_t index = number / word_bits;
    auto& cleared = cleared_.at(index / word_bits);
    auto& word = words_.at(index);
    if ((cleared & bit_of(index)) == 0) {
      cleared |= bit_of(index);
      word = 0;
    }
    return word;
  }

  std::array<std::uint64_t, 65536 / word_bits / word_bits> cleared_{};  ///< a bit for each word that may be read
  std::array<std::uint64_t, 65536 / word_bits> words_;
};

}  // namespace shirgate
