// The steady clock of this test program, which tests may put forward: an hour passes without anybody waiting for it.
#pragma once

#include <chrono>

namespace shirgate::test {

/// Every thread's std::chrono::steady_clock jumps ahead. The kernel's own timers and c-ares know nothing of it.
void move_clock(std::chrono::nanoseconds ahead);

}  // namespace shirgate::test
