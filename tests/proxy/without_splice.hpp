// A kernel that does not splice, as sandboxes make one.
#pragma once

#include <functional>

namespace shirgate::test {

/// Runs `work` on a thread whose splice(2) always fails with this errno. False where the kernel does not let a thread
/// be confined; then it did not run.
[[nodiscard]] bool run_without_splice(int error, const std::function<void()>& work);

}  // namespace shirgate::test
