// What happens in each tunnel of a soak, all of it decided by the seed, so that another run does the same.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>

namespace shirgate::soak {

struct Options {
  std::size_t tunnels = 500;
  std::uint64_t least_bytes = 1;    ///< of a direction
  std::uint64_t bytes = 4'000'000;  ///< at most
  std::uint64_t seed = 1;
  std::size_t workers = 2;
  std::size_t concurrent = 64;
  std::string relay = "all";  ///< copy, splice, auto, or one after the other
};

/// What one end does.
struct Part {
  std::uint64_t sends = 0;
  std::uint64_t starts_at = 0;  ///< in the noise
  bool answers = false;         ///< sends only once the other has finished
  bool reads_slowly = false;
  int receive_buffer = 0;  ///< of its socket, small enough that the gate has to wait; 0: the kernel's own idea
  /// After so many bytes, sent and received together.
  std::uint64_t resets_after = never;
  std::uint64_t pauses_after = never;
  int pause_ms = 0;

  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
};

struct Script {
  Part client;
  Part upstream;
  std::uint64_t seed = 0;  ///< of how it is cut in pieces
  [[nodiscard]] bool is_cut() const {
    return client.resets_after != Part::never || upstream.resets_after != Part::never;
  }
};

[[nodiscard]] Script script_of(const Options& options, std::size_t tunnel);

/// Every stream is a stretch of this, so each received byte can be compared at once, whatever its place.
class Noise {
 public:
  explicit Noise(std::uint64_t seed);
  /// From that place on, up to `most` bytes.
  [[nodiscard]] std::string_view at(std::uint64_t place, std::size_t most) const;

 private:
  std::string bytes_;
};

}  // namespace shirgate::soak
