#include "moved_clock.hpp"

#include <ctime>

#include <atomic>

namespace {

std::atomic<std::int64_t> moved_nanoseconds{0};

}  // namespace

// Stands in for the standard library's own: the program's definition is found before a shared library's.
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time_point(seconds(time.tv_sec) + nanoseconds(time.tv_nsec) + nanoseconds(moved_nanoseconds.load()));
}

namespace shirgate::test {

void move_clock(std::chrono::nanoseconds ahead) { moved_nanoseconds += ahead.count(); }

}  // namespace shirgate::test
