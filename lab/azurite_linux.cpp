// The process of Azurite.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "config/file_descriptor_linux.hpp"
#include "lab/azurite.hpp"
#include "lab/base64.hpp"
#include "lab/shared_key.hpp"
#include "lab/tool.hpp"

namespace shirgate::lab {
namespace {

/// Of a path or another word; empty where there is no such program.
std::string path_of(const std::string& program) {
  if (program.find('/') == std::string::npos) return find_tool(program).value_or("");
  return is_program(program) ? program : std::string();
}

/// This process's, but for what would make another Azurite of it.
std::vector<std::string> environment_with(std::string account) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) all.emplace_back(*each);
  std::erase_if(all, [](const std::string& each) { return each.starts_with("AZURITE_"); });
  all.push_back(std::move(account));
  return all;
}

/// As execve() wants it. The words must outlive it.
std::vector<char*> list_of(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (auto& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

/// Between fork() and execve(): system calls only.
[[noreturn]] void become(const char* path, char* const* command, char* const* environment, pid_t parent, int input,
                         int output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  if (::getppid() == parent) {  // else it died before that was in force
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execve(path, command, environment);
    // In its own place, where its last words are looked for.
    const std::string_view why(::strerrordesc_np(errno));
    static_cast<void>(!::write(STDERR_FILENO, why.data(), why.size()));
  }
  ::_exit(EXIT_FAILURE);
}

}  // namespace

Checked<bool> Azurite::run(const std::string& program, std::string_view account) {
  const auto path = path_of(program);
  if (path.empty()) return complain("there is no such program, npm install -g azurite brings azurite-blob");
  const auto folder = directory_.path().string();
  std::vector<std::string> words{path,
                                 "--blobHost",
                                 "127.0.0.1",
                                 "--blobPort",
                                 "0",
                                 "--location",
                                 folder,
                                 "--skipApiVersionCheck",
                                 "--disableTelemetry"};
  auto variables = environment_with(fmt::format("AZURITE_ACCOUNTS={}:{}", account, base64(pretend_account_key)));
  const auto command = list_of(words);
  const auto environment = list_of(variables);
  const FileDescriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const FileDescriptor output_file(
      input.get() < 0 ? -1 : ::open((folder + "/output").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (output_file.get() < 0) return complain(fmt::format("its files can't be opened: {}", std::strerror(errno)));
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid == 0) become(path.c_str(), command.data(), environment.data(), parent, input.get(), output_file.get());
  if (pid < 0) return complain(fmt::format("no process can be made for it: {}", std::strerror(errno)));
  pid_ = pid;
  ::setpgid(pid_, pid_);  // here too: whoever comes first, a signal to the group finds it
  return true;
}

bool Azurite::has_ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid_;
}

Azurite::~Azurite() {
  if (pid_ < 0) return;
  // What it still writes when it is told to may be what somebody reads after it.
  ::kill(-pid_, SIGTERM);
  const auto deadline = Clock::now() + stop_limit;
  while (!has_ended() && Clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace shirgate::lab
