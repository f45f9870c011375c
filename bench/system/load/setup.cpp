// Tunnels per second: each is opened, carries one byte there and back, and is reset.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "commands.hpp"
#include "figures.hpp"
#include "opening.hpp"

namespace load {
namespace {

constexpr double warm_up_s = 0.2;

/// Clients that open one tunnel after another, on one thread.
class Clients {
 public:
  Clients(const Routes& routes, std::size_t count) : routes_(routes), clients_(count) {
    for (std::size_t i = 0; i < count; ++i) start(i);
  }
  void run_until(Clock::time_point end) {
    auto next_sweep = after(sweep_s);
    while (Clock::now() < end) {
      for (const auto& event : poller_.wait(20)) step(std::size_t(event.data.u64), event.events);
      if (Clock::now() < next_sweep) continue;
      next_sweep = after(sweep_s);
      end_the_late();
    }
  }
  std::vector<double> times_us;
  std::uint64_t all_tunnels = 0;
  Failures failures;

 private:
  static constexpr double sweep_s = 0.2;
  struct Client {
    std::optional<Opening> opening;
    bool open = false;
  };
  void start(std::size_t i) {
    Client& client = clients_[i];
    client.open = false;
    client.opening.emplace(routes_, next_++);
    if (client.opening->fd() < 0) {
      failures.add(client.opening->why());
      client.opening.reset();  // the sweep tries again
      return;
    }
    reset_on_close(client.opening->fd());
    poller_.add(client.opening->fd(), EPOLLIN | EPOLLOUT | EPOLLET, i);
  }
  void step(std::size_t i, std::uint32_t events) {
    Client& client = clients_[i];
    if (!client.opening) return;
    if (client.open) return finish(client, i);
    const auto progress = client.opening->step(events);
    if (progress == Progress::failed) return give_up(client, i, client.opening->why());
    if (progress != Progress::open) return;
    client.open = true;
    if (send(client.opening->fd(), "x", 1, MSG_NOSIGNAL) != 1) give_up(client, i, "send of the byte");
  }
  void finish(Client& client, std::size_t i) {
    char byte = 0;
    const ssize_t got = recv(client.opening->fd(), &byte, 1, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got != 1) return give_up(client, i, "no byte came back");
    times_us.push_back(seconds_since(client.opening->begun()) * 1e6);
    ++all_tunnels;
    close(client.opening->fd());
    start(i);
  }
  void give_up(Client& client, std::size_t i, std::string_view why) {
    failures.add(why);
    close(client.opening->fd());
    start(i);
  }
  void end_the_late() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      if (!clients_[i].opening)
        start(i);
      else if (seconds_since(clients_[i].opening->begun()) > opening_limit_s)
        give_up(clients_[i], i, "not open in time");
    }
  }

  const Routes& routes_;
  Poller poller_;
  std::vector<Client> clients_;
  std::size_t next_ = 0;
};

}  // namespace

int run_setup(Options& options) {
  const Routes routes(options);
  const auto count = std::size_t(options.number("clients", 16));
  const double seconds = options.number("seconds", 3);
  options.refuse_unknown();

  Clients clients(routes, count);
  clients.run_until(after(warm_up_s));
  clients.times_us.clear();
  const auto begin = Clock::now();
  clients.run_until(after(seconds));
  const double took = seconds_since(begin);
  Object()
      .add("tunnels_per_s", double(clients.times_us.size()) / took)
      .add("seconds", took)
      .add("all_tunnels", double(clients.all_tunnels))
      .add_spread("setup", clients.times_us)
      .add(clients.failures)
      .print();
  return clients.failures.count == 0 ? 0 : 1;
}

}  // namespace load
