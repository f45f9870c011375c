#include <grp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "in_child.hpp"

namespace shirgate::test {
namespace {

constexpr int could_not = 90;
constexpr int did_not_end = 91;
constexpr unsigned nobody = 65534;

[[noreturn]] void be_nobody_and(const std::function<int()>& check) {
  ::alarm(30);
  const rlimit many{8192, 8192};
  if (::setrlimit(RLIMIT_NOFILE, &many) != 0 || ::setgroups(0, nullptr) != 0) ::_exit(could_not);
  if (::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(could_not);
  ::_exit(check());
}

}  // namespace

int exit_code_as_nobody(const std::function<int()>& check) {
  const auto child = ::fork();
  if (child < 0) return could_not;
  if (child == 0) be_nobody_and(check);
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return did_not_end;
  return WEXITSTATUS(status);
}

}  // namespace shirgate::test
