#include "cli/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/table.hpp"

namespace shirgate {
namespace {

constexpr auto quiet_at_first = std::chrono::seconds(2);
constexpr auto between = std::chrono::milliseconds(200);

}  // namespace

std::string progress_text(std::uint64_t done, std::uint64_t total, std::chrono::milliseconds elapsed) {
  constexpr std::size_t width = 20;
  // A file may have grown since its size was asked for.
  const double part = total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto full = static_cast<std::size_t>(part * width);
  std::string bar(full, '=');
  if (full < width) bar += '>';
  auto text =
      fmt::format("[{:<{}}] {:3.0f} %  {} of {}", bar, width, part * 100, human_bytes(done), human_bytes(total));
  if (part > 0 && part < 1) {
    const auto left = static_cast<double>(elapsed.count()) / 1000 * (1 / part - 1);
    text += fmt::format(", {:.0f} s left", left);
  }
  return text;
}

ProgressBar::ProgressBar() : began_(std::chrono::steady_clock::now()), at_terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (shown_ != std::chrono::steady_clock::time_point()) fmt::print(stderr, "\r\x1b[K");
}

void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
  if (!at_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - began_ < quiet_at_first || now - shown_ < between) return;
  shown_ = now;
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - began_);
  fmt::print(stderr, "\r{}\x1b[K", progress_text(done, total, elapsed));
  std::fflush(stderr);
}

}  // namespace shirgate
