// Runs a check in a child process, for what a process can't take back: limits, its user.
#pragma once

#include <functional>

namespace shirgate::test {

/// The check's answer as an ordinary user without any privilege; 90 where the child can't become one, 91 where it did
/// not end by itself within half a minute.
[[nodiscard]] int exit_code_as_nobody(const std::function<int()>& check);

}  // namespace shirgate::test
