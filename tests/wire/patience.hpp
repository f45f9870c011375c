// How long a test waits for what must happen. Only a failing test waits that long.
#pragma once

#include <chrono>
#include <thread>

namespace shirgate::wire {

inline constexpr std::chrono::seconds patience{20};

/// True as soon as `condition()` is; false when patience runs out.
template <class Condition>
[[nodiscard]] bool wait_until(Condition condition, std::chrono::milliseconds limit = patience) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace shirgate::wire
