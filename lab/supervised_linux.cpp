#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

#include "lab/supervised.hpp"
#include "lab/temporary_directory.hpp"

namespace shirgate::lab {
namespace {

/// Signals are taken in one place while this lives.
class TakenSignals {
 public:
  TakenSignals() {
    sigemptyset(&taken_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&taken_, signal);
    pthread_sigmask(SIG_BLOCK, &taken_, &before_);
    std::signal(SIGCHLD, SIG_DFL);  // ignored, as some parents leave it to theirs, it would never come
  }
  ~TakenSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  TakenSignals(const TakenSignals&) = delete;
  TakenSignals& operator=(const TakenSignals&) = delete;

  [[nodiscard]] int next() const {
    int signal = 0;
    sigwait(&taken_, &signal);
    return signal;
  }
  /// For the child.
  void give_back() const { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t taken_{};
  sigset_t before_{};
};

/// Never returns. The process ends without the parent's destructors: what is its own is in the directory.
[[noreturn]] void be_the_child(pid_t parent, const TemporaryDirectory& directory, const TakenSignals& signals,
                               const std::function<int()>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);  // it died before that was in force
  ::setenv("TMPDIR", directory.path().c_str(), 1);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
  signals.give_back();
  const int log = ::open((directory.path() / log_of_child).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (log >= 0) ::dup2(log, STDERR_FILENO);
  int code = EXIT_FAILURE;
  try {
    code = work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "shirgate: %s\n", error.what());
    code = 2;
  }
  std::fflush(nullptr);
  ::_exit(code);
}

using Children = std::set<pid_t>;

/// This process's, those included that have ended and not been waited for; nothing where the system keeps no list.
std::optional<Children> children() {
  std::ifstream list(fmt::format("/proc/self/task/{}/children", ::getpid()));
  if (!list) return std::nullopt;
  Children found;
  for (pid_t pid = 0; list >> pid;) found.insert(pid);
  return found;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

void say_left(std::string_view why) { fmt::print(stderr, "shirgate: what the lab left running: {}\n", why); }

/// Those whose parent ends become this process's children while this lives.
class Orphans {
 public:
  Orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~Orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
  Orphans(const Orphans&) = delete;
  Orphans& operator=(const Orphans&) = delete;

  /// Until there are none, but for those of before: none may still write into a directory that is to go. Those that
  /// can't be ended are named on standard error.
  void end_all() {
    const auto deadline = std::chrono::steady_clock::now() + end_limit;
    while (has_children()) {
      const auto now = children();
      if (!now || !spared_) return say_left("can't be listed, so it was not ended");
      if (!end_some(*now)) return;
      if (std::chrono::steady_clock::now() >= deadline) return say_left("does not end");
      // One that ends may leave more, and no signal tells of that.
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  /// Any process but one that the kernel holds ends at once.
  static constexpr std::chrono::seconds end_limit{10};

  /// Whether there were any to be ended.
  bool end_some(const Children& now) {
    bool any = false;
    for (const auto pid : now) {
      if (spared_->contains(pid)) continue;
      if (::kill(pid, SIGKILL) != 0) {
        say_left(fmt::format("process {} can't be ended: {}", pid, std::strerror(errno)));
        spared_->insert(pid);
        continue;
      }
      ::waitpid(pid, nullptr, WNOHANG);
      any = true;
    }
    return any;
  }

  std::optional<Children> spared_ = children();  ///< not the lab's: a shell that becomes this program keeps its own
};

void show_log(const TemporaryDirectory& directory) {
  std::ifstream log(directory.path() / log_of_child);
  if (log && log.peek() != std::ifstream::traits_type::eof()) std::cerr << log.rdbuf();
}

Ended wait_for(pid_t child, const TakenSignals& signals) {
  Ended ended;
  for (;;) {
    int status = 0;
    const auto reaped = ::waitpid(child, &status, WNOHANG);
    if (reaped == child) {
      if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
      // Ctrl-C reaches the child as well, and may end it before this process hears of it.
      if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM)) ended.interrupted = true;
      return ended;
    }
    if (signals.next() == SIGCHLD) continue;
    ended.interrupted = true;
    ::kill(child, SIGKILL);
  }
}

}  // namespace

Ended run_supervised(const std::function<int()>& work) {
  const TakenSignals signals;
  const TemporaryDirectory directory("shirgate-lab");
  Orphans orphans;
  std::fflush(nullptr);
  const auto parent = ::getpid();
  const auto child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) be_the_child(parent, directory, signals, work);
  const auto ended = wait_for(child, signals);
  orphans.end_all();
  const bool failed = !ended.interrupted && ended.exit_code.value_or(2) > 1;
  if (failed) show_log(directory);
  return ended;
}

}  // namespace shirgate::lab
