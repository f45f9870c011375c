// Kernel pipes, through which splice(2) moves pages from socket to socket uncopied, and where a worker keeps them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/loop/event_loop.hpp"

namespace shirgate {

/// Of a gate, over all its workers.
inline constexpr std::size_t max_pipes = 512;

/// One pipe, both ends non-blocking. What it holds when it is destroyed is lost.
class Pipe {
 public:
  Pipe() = default;
  ~Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  /// Once: 0, or the errno of the kernel's refusal.
  [[nodiscard]] int open();

  /// In bytes, as far as the kernel let it grow. What fits may be more or less: the kernel counts pages.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  std::size_t held = 0;  ///< bytes in it

 private:
  std::size_t capacity_ = 0;
  std::array<int, 2> ends_{-1, -1};
};

/// How often a pipe was wanted in vain, and why.
struct PipesRefused {
  std::uint64_t all_lent = 0;
  std::uint64_t no_descriptors = 0;
  std::uint64_t no_memory = 0;
  std::uint64_t too_small = 0;  ///< the user's limit on pipe pages is spent (pipe-user-pages-soft)
};

/// A worker's pipes. A direction borrows one only while bytes are in it, so a few serve many tunnels. On its loop's
/// thread.
class PipePool {
 public:
  static constexpr std::size_t wanted_capacity = std::size_t{1} << 20;
  static constexpr std::size_t least_capacity = std::size_t{1} << 16;

  /// `most`: how many may be lent at once, two descriptors each.
  explicit PipePool(std::size_t most) : most_(most) {}

  /// An empty pipe of at least `least_capacity`, or null: then copy. After the kernel has refused one, it is not asked
  /// again for a second.
  [[nodiscard]] std::unique_ptr<Pipe> lend(SteadyTime now);
  /// A pipe that still holds bytes is closed, not kept.
  void take_back(std::unique_ptr<Pipe> pipe);
  /// Closes one of those that nobody has needed since the last call but a few. Call about every tick.
  void tidy();

  [[nodiscard]] const PipesRefused& refused() const { return refused_; }
  [[nodiscard]] std::size_t lent() const { return lent_; }

 private:
  [[nodiscard]] std::unique_ptr<Pipe> make();

  static constexpr std::size_t kept_when_quiet = 4;

  std::size_t most_;
  std::size_t lent_ = 0;
  std::vector<std::unique_ptr<Pipe>> spare_;  ///< the last one back goes first: its slots are in the cache
  std::size_t least_spare_ = 0;               ///< since the last tidy()
  SteadyTime ask_again_{};
  PipesRefused refused_;
};

}  // namespace shirgate
