// What drives a proxy in the system benchmark: both ends of its tunnels, made so that they cost next to nothing
// (sendfile from memory, recv that throws away), since they share the processors with the proxy.
#include <signal.h>

#include <array>
#include <cstdio>
#include <string_view>

#include "commands.hpp"
#include "sockets.hpp"

namespace {

constexpr std::string_view usage = R"(usage: load COMMAND [--key value]...

  ends   --sink A:P,... --source A:P,... --echo A:P,... --block A:P,... [--threads 2]
         the far ends, until stdin closes: each reads a ClientHello, answers a ServerHello, then plays its part
  bulk   ROUTE --direction up|down [--tunnels 1] [--seconds 3] [--threads 2]
         up wants targets that are sinks, down sources
  setup  ROUTE [--clients 16] [--seconds 3]            tunnels one after another, one echoed byte in each; echo
  rtt    ROUTE [--seconds 2] [--bytes 64]              one tunnel, ping-pong; echo
  idle   ROUTE [--tunnels 8000]                        opens them, says so, and holds them until stdin closes; echo
  mixed  ROUTE --bulk-via A:P --bulk-targets T,... [--idle 200] [--seconds 5] [--parallel 8] [--blocks 4]
         idle tunnels with pings, bursts of parallel uploads in blocks, short control tunnels; echo and block
  delay  --near-fd N --far-fd N [--milliseconds 10]    a wire between two TUN devices, until stdin closes

ROUTE is --via A:P,... --targets AUTHORITY/SERVER_NAME,... --hello FILE [--blind yes] [--from ADDRESS,...]
Everywhere: --congestion cubic|host.
)";

struct Command {
  std::string_view name;
  int (*run)(load::Options&);
};
constexpr std::array commands{Command{"ends", load::run_ends},   Command{"bulk", load::run_bulk},
                              Command{"setup", load::run_setup}, Command{"rtt", load::run_rtt},
                              Command{"idle", load::run_idle},   Command{"mixed", load::run_mixed},
                              Command{"delay", load::run_delay}};

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  for (const auto& command : commands) {
    if (argc < 2 || command.name != argv[1]) continue;
    load::Options options(argc - 2, argv + 2);
    if (options.text("congestion", "cubic") == "host") load::use_host_congestion_control();
    return command.run(options);
  }
  std::fputs(usage.data(), stderr);
  return 2;
}
