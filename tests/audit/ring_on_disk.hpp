// A ring in a directory of its own.
#pragma once

#include <memory>
#include <string>

#include "audit/ring.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {

class RingOnDisk {
 public:
  explicit RingOnDisk(std::size_t capacity) : ring_(*Ring::create(path(), capacity)) {}
  [[nodiscard]] Ring& get() const { return *ring_; }
  [[nodiscard]] std::string path() const { return directory_.path() + "/0.ring"; }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Ring> ring_;
};

/// Hands each record out and releases all of them at the end.
template <class Each>
std::size_t drain(Ring& ring, Each each) {
  std::size_t count = 0;
  for (; const auto record = ring.peek(); ++count) {
    each(*record);
    ring.pop();
  }
  ring.release();
  return count;
}

}  // namespace shirgate::test
