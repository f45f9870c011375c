// Work in a child process whose files are all below one directory, so that nothing is left of it however it ends: by
// itself, by Ctrl-C at any moment, or by a crash. What the child started and left running ends with it, as far as this
// process may end it and the kernel lists children (/proc/PID/task/TID/children); else a line on standard error says
// so. The child's standard error goes to a file there, because a gate in a lab has no operator; where the work fails,
// it is shown.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

namespace shirgate::lab {

struct Ended {
  std::optional<int> exit_code{};  ///< what the work returned; nothing where it did not end by itself
  bool interrupted = false;        ///< SIGINT or SIGTERM came; else, without an exit code, it crashed
};

/// Where the child's standard error goes, below its TMPDIR.
inline constexpr std::string_view log_of_child = "gate.log";

/// To be called before any thread starts. Children that the process has already are spared; what one of them leaves
/// behind meanwhile is not told from what the work left. Inside of `work` TMPDIR is the directory. An exit code other
/// than 0 and 1, and a crash, show the child's standard error on this process's. Throws std::system_error.
[[nodiscard]] Ended run_supervised(const std::function<int()>& work);

}  // namespace shirgate::lab
