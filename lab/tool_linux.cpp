#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "config/file_descriptor_linux.hpp"
#include "lab/tool.hpp"

namespace shirgate::lab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds tool_limit{10};
constexpr std::size_t longest_complaint = 300;

/// A file in memory, to be read from its beginning.
int file_with(std::string_view text) {
  const int fd = ::memfd_create("shirgate-lab", MFD_CLOEXEC);
  while (fd >= 0 && !text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fd >= 0) ::lseek(fd, 0, SEEK_SET);
  return fd;
}

/// Its pid, or -1. What it prints comes out of `output`.
pid_t spawn(const std::string& path, std::vector<std::string>& command, int input, int output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
  std::vector<char*> argv;
  for (auto& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, path.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -1;
}

/// What comes until the end; false where that does not come in time.
bool read_to_the_end(int fd, Clock::time_point deadline, std::string& text) {
  std::array<char, 4096> piece{};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd entry{fd, POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(std::max<long>(left, 0))) == 0) return false;
    const auto got = ::read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

/// In one line.
std::string in_short(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() > longest_complaint) text = text.substr(0, longest_complaint) + "…";
  return text.empty() ? "it failed without a word" : text;
}

}  // namespace

bool is_program(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<std::string> find_tool(std::string_view name) {
  const char* path = std::getenv("PATH");
  auto places = fmt::format("{}:/usr/sbin:/sbin", path == nullptr ? "/usr/bin:/bin" : path);
  for (std::size_t at = 0; at < places.size();) {
    const auto end = std::min(places.find(':', at), places.size());
    auto candidate = fmt::format("{}/{}", places.substr(at, end - at), name);
    if (candidate.front() == '/' && is_program(candidate)) return candidate;
    at = end + 1;
  }
  return std::nullopt;
}

Checked<std::string> run_tool(std::vector<std::string> command, std::string_view input) {
  const auto path = find_tool(command.front());
  if (!path) return complain(fmt::format("{} is not installed", command.front()));
  const FileDescriptor in(file_with(input));
  std::array<int, 2> ends{-1, -1};
  if (in.get() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0)
    return complain(fmt::format("can't run {}: {}", command.front(), std::strerror(errno)));
  const FileDescriptor out(ends[0]);
  const auto pid = spawn(*path, command, in.get(), ends[1]);
  ::close(ends[1]);
  if (pid < 0) return complain(fmt::format("can't run {}", *path));
  std::string text;
  const bool in_time = read_to_the_end(out.get(), Clock::now() + tool_limit, text);
  // Whoever closes his output and stays would be waited for all the same.
  if (!in_time) ::kill(pid, SIGKILL);
  const int status = wait_for(pid);
  const auto words = fmt::format("{}", fmt::join(command, " "));
  if (!in_time) return complain(fmt::format("'{}' took longer than {} s", words, tool_limit.count()));
  if (status != 0) return complain(fmt::format("'{}': {}", words, in_short(std::move(text))));
  return text;
}

}  // namespace shirgate::lab
