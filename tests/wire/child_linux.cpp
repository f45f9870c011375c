#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "child.hpp"
#include "patience.hpp"

namespace shirgate::wire {

std::uint16_t read_value(int fd) {
  std::uint16_t value = 0;
  return ::read(fd, &value, sizeof value) == sizeof value ? value : 0;
}

void write_value(int fd, std::uint16_t value) {
  [[maybe_unused]] const auto written = ::write(fd, &value, sizeof value);
}

Child::Child(Life life) {
  std::array<int, 2> down{};
  std::array<int, 2> up{};
  if (::pipe2(down.data(), O_CLOEXEC) != 0 || ::pipe2(up.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(down[1]);
    ::close(up[0]);
    life(down[0], up[1]);
    ::_exit(0);
  }
  ::close(down[0]);
  ::close(up[1]);
  to_child_ = down[1];
  from_child_ = up[0];
}

void Child::tell(std::uint16_t value) const { write_value(to_child_, value); }

std::uint16_t Child::hear() const {
  pollfd watched{from_child_, POLLIN, 0};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  return ::poll(&watched, 1, static_cast<int>(limit.count())) > 0 ? read_value(from_child_) : std::uint16_t{0};
}

void Child::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  ::close(to_child_);
  ::close(from_child_);
}

}  // namespace shirgate::wire
