// How far a long reading has come, for whoever waits at a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace shirgate {

/// One line on standard error, drawn over itself, from two seconds on; gone at the end. Silent where standard error is
/// no terminal.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void show(std::uint64_t done, std::uint64_t total);

 private:
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point shown_{};
  bool at_terminal_;
};

/// "[=====>    ]  54 %  1.2 GiB of 2.2 GiB, 9 s left"
[[nodiscard]] std::string progress_text(std::uint64_t done, std::uint64_t total, std::chrono::milliseconds elapsed);

}  // namespace shirgate
