// Damages bytes, in the same way in every run.
#pragma once

#include <random>

#include "exact_copy.hpp"

namespace shirgate::test {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  /// A number below the bound. Not a std::distribution, whose results differ from library to library.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  Octets mutate(Octets bytes) {
    for (auto rounds = 1 + below(4); rounds > 0; --rounds) mutate_once(bytes);
    return bytes;
  }

 private:
  void mutate_once(Octets& bytes) {
    if (bytes.empty()) return bytes.push_back(static_cast<std::uint8_t>(random_()));
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size()));
    switch (below(6)) {
      case 0: *at ^= static_cast<std::uint8_t>(1u << below(8)); break;
      case 1: *at = static_cast<std::uint8_t>(random_()); break;
      case 2: *at = below(2) == 0 ? 0x00 : 0xff; break;
      case 3: bytes.erase(at); break;
      case 4: bytes.insert(at, static_cast<std::uint8_t>(random_())); break;
      default: bytes.erase(at, bytes.end()); break;
    }
  }

  std::mt19937 random_;
};

}  // namespace shirgate::test
