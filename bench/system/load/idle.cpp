// Many open tunnels on which nothing happens.
#include <unistd.h>

#include "commands.hpp"
#include "figures.hpp"
#include "opening.hpp"

namespace load {

int run_idle(Options& options) {
  const Routes routes(options);
  const auto count = std::size_t(options.number("tunnels", 8000));
  options.refuse_unknown();

  Failures failures;
  const auto tunnels = open_tunnels(routes, count, 64, failures);
  Object().add("tunnels", double(tunnels.size())).add(failures).print();
  for (char byte; read(STDIN_FILENO, &byte, 1) > 0;) continue;
  for (const int fd : tunnels) {
    reset_on_close(fd);
    close(fd);
  }
  return failures.count == 0 ? 0 : 1;
}

}  // namespace load
