// Bytes that a flow has read and its sink would not take yet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace shirgate {

inline constexpr std::size_t max_stuck_bytes = std::size_t{64} * 1024;

/// A worker's memory for such bytes, in blocks that the kernel gives and takes by themselves: what a rush of slow
/// readers needed does not stay. On its loop's thread.
class StuckMemory {
 public:
  struct Unmap {
    void operator()(char* block) const;
  };
  /// Of max_stuck_bytes.
  using Block = std::unique_ptr<char, Unmap>;

  /// Throws std::bad_alloc.
  [[nodiscard]] Block lend();
  void take_back(Block block);
  /// Gives one of those back that nobody has needed since the last call. Call about every tick.
  void tidy();

 private:
  std::array<Block, 64> spare_{};
  std::size_t spares_ = 0;
  std::size_t least_spares_ = 0;  ///< since the last tidy()
};

/// What one flow holds back, in order. Owns memory only while there is something.
class Stuck {
 public:
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] std::string_view bytes() const { return {block_.get() + begin_, size()}; }

  /// At most max_stuck_bytes, and only while it is empty. Throws std::bad_alloc.
  void keep(std::string_view bytes, StuckMemory& memory);
  /// The first so many have gone out.
  void drop(std::size_t count, StuckMemory& memory);

 private:
  StuckMemory::Block block_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

}  // namespace shirgate
