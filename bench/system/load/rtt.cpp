// Round trips of a few bytes on one open tunnel.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "commands.hpp"
#include "figures.hpp"
#include "opening.hpp"

namespace load {
namespace {

constexpr std::size_t warm_up_trips = 100;

/// On a descriptor that blocks: the wake-ups are then the proxy's and the far end's only.
void make_blocking(int fd) {
  must(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), "fcntl");
  const timeval limit{5, 0};
  must(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), "SO_RCVTIMEO");
}

bool ping(int fd, std::string& bytes) {
  const auto size = ssize_t(bytes.size());
  return send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == size &&
         recv(fd, bytes.data(), bytes.size(), MSG_WAITALL) == size;
}

}  // namespace

int run_rtt(Options& options) {
  const Routes routes(options);
  const double seconds = options.number("seconds", 2);
  std::string bytes(std::size_t(options.number("bytes", 64)), 'x');
  options.refuse_unknown();

  Failures failures;
  std::vector<double> times_us;
  std::size_t all = 0;
  for (const int fd : open_tunnels(routes, 1, 1, failures)) {
    make_blocking(fd);
    auto end = after(seconds);
    while (Clock::now() < end) {
      const auto begin = Clock::now();
      if (!ping(fd, bytes)) {
        failures.add("a round trip broke");
        break;
      }
      if (++all > warm_up_trips) times_us.push_back(seconds_since(begin) * 1e6);
    }
    close(fd);
  }
  Object().add("all_trips", double(all)).add_spread("rtt", times_us).add(failures).print();
  return failures.count == 0 ? 0 : 1;
}

}  // namespace load
