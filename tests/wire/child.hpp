// Another process that holds one end of a connection, to be killed. It is forked before the test starts any thread,
// told the port through a pipe, and dies with the test.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace shirgate::wire {

class Child {
 public:
  /// Runs in the child, which ends when it returns: what it needs comes in through `from_test`, what it has to say goes
  /// out through `to_test`.
  using Life = void (*)(int from_test, int to_test);

  explicit Child(Life life);
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void tell(std::uint16_t value) const;
  /// What the child says next; 0 when it says nothing in time.
  [[nodiscard]] std::uint16_t hear() const;
  /// SIGKILL, and waits until it is gone.
  void kill();

 private:
  pid_t pid_ = -1;
  int to_child_ = -1;
  int from_child_ = -1;
};

/// For the child's side: plain system calls, because it was forked from a bigger program.
[[nodiscard]] std::uint16_t read_value(int fd);
void write_value(int fd, std::uint16_t value);

}  // namespace shirgate::wire
