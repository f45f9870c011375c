// Which tunnels are open, as the log says so far.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace shirgate {

/// A set of ids: an open-addressing table of eight bytes a place, between a fifth and three quarters of them taken.
/// Id 0 is no tunnel's.
class LiveTunnels {
 public:
  /// False where it was there already.
  bool add(std::uint64_t tunnel);
  /// False where it was not there.
  bool remove(std::uint64_t tunnel);
  [[nodiscard]] bool contains(std::uint64_t tunnel) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  /// In no particular order.
  [[nodiscard]] std::vector<std::uint64_t> ids() const;
  /// Of the table.
  [[nodiscard]] std::size_t bytes() const { return places_.capacity() * sizeof(std::uint64_t); }

  friend bool operator==(const LiveTunnels& a, const LiveTunnels& b);

 private:
  /// Where the id is, or where it would have to go.
  [[nodiscard]] std::size_t place_of(std::uint64_t tunnel) const;
  [[nodiscard]] std::size_t home_of(std::uint64_t tunnel) const;
  void resize(std::size_t places);

  std::vector<std::uint64_t> places_;  ///< a power of two, or none; 0 is a free place
  std::size_t size_ = 0;
};

}  // namespace shirgate
