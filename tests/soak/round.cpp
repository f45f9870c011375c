#include "round.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "audit/fields.hpp"
#include "crowd.hpp"
#include "tests/wire/lab.hpp"
#include "tests/wire/own_sockets.hpp"
#include "tests/wire/patience.hpp"

namespace shirgate::soak {
namespace {

constexpr std::chrono::seconds stall_limit{30};
constexpr std::size_t growth_limit = std::size_t{32} << 20;

std::unique_ptr<End> connect_to(Board& board, std::uint16_t port, std::size_t tunnel) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto end = std::make_unique<End>(board, fd, tunnel);  // sets the buffer's size, which must be before it connects
  const bool started =
      fd >= 0 && (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 || errno == EINPROGRESS);
  if (!started) board.complain(tunnel, fmt::format("has no socket: {}", std::strerror(errno)));
  return end;
}

wire::LabSetup setup_of(const Options& options, const std::string& relay, std::uint16_t port) {
  const auto places = options.concurrent + 200;
  return {.dials = {{std::string(wire::origin_target), port}},
          .gate = fmt::format("workers = {}\nmax_connections = {}\nmax_connections_per_client = {}\nrelay = \"{}\"\n",
                              options.workers, places, places, relay)};
}

class Round {
 public:
  Round(const Options& options, const std::string& relay)
      : options_(options), relay_(relay), board_(options), lab_(setup_of(options, relay, upstream_.port())) {}

  std::vector<std::string> run() {
    const auto descriptors = wire::open_descriptors();
    std::thread upstreams([this] { run_upstreams(); });
    // What a gate keeps of its first tunnels is no leak.
    const auto first = std::max<std::size_t>(1, options_.tunnels / 4);
    std::thread clients([this, first] {
      run_clients(first);
      memory_ = wire::memory_in_use();
      run_clients(options_.tunnels);
    });
    watch();
    clients.join();
    upstreams.join();
    if (!board_.failed()) check_what_is_left(descriptors);
    if (!lab_.finish() && !board_.failed()) board_.complain("connections stayed open");
    if (!board_.failed()) check_the_log();
    return board_.complaints();
  }

 private:
  void run_upstreams() {
    Crowd crowd(board_, upstream_.fd());
    crowd.run([this] { return board_.ends_over() == 2 * options_.tunnels; }, {}, 0);
  }
  /// All up to this one are begun, and over.
  void run_clients(std::size_t end) {
    Crowd crowd(board_, -1);
    const auto next = [this, end]() -> std::unique_ptr<End> {
      return begun_ < end ? connect_to(board_, lab_.port(), begun_++) : nullptr;
    };
    crowd.run([this, end] { return board_.ends_over() == 2 * end; }, next, options_.concurrent);
  }
  void watch() {
    auto next_word = Clock::now();
    while (board_.ends_over() < 2 * options_.tunnels && !board_.failed()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      if (Clock::now() < next_word) continue;
      next_word = Clock::now() + std::chrono::seconds(2);
      board_.look_for_stalls(stall_limit);
      say();
    }
    say();
  }
  void say() {
    fmt::print("{}: {} of {} tunnels, {} MB, {} open\n", relay_, board_.ends_over() / 2, options_.tunnels,
               board_.bytes_moved() / 1'000'000, lab_.gate().connections());
    std::fflush(stdout);
  }
  void check_what_is_left(std::size_t descriptors) {
    // A worker keeps a few pipes, and closes the others one by one.
    const auto most = descriptors + options_.workers * 8;
    if (!wire::wait_until([&] { return wire::open_descriptors() <= most; }, std::chrono::seconds(60)))
      board_.complain(fmt::format("{} descriptors open, {} before", wire::open_descriptors(), descriptors));
    const auto memory = wire::memory_in_use();
    fmt::print("{}: {} kB in use, {} kB after a quarter\n", relay_, memory / 1000, memory_ / 1000);
    if (memory > memory_ + growth_limit) board_.complain("memory grows");
  }
  void check_the_log() {
    const auto ids = [this](std::string_view action) {
      std::multiset<std::string> all;
      for (const auto& event : lab_.audit().with_action(action)) all.insert(wire::text_of(event, field::tunnel));
      return all;
    };
    const auto opened = ids("open");
    const auto closed = ids("close");
    if (opened.size() != options_.tunnels) board_.complain(fmt::format("{} open events", opened.size()));
    if (std::set(opened.begin(), opened.end()).size() != opened.size()) board_.complain("two tunnels with one id");
    if (closed != opened) board_.complain(fmt::format("{} close events that don't match", closed.size()));
  }

  const Options& options_;
  const std::string& relay_;
  Board board_;
  wire::Upstream upstream_{4096};
  wire::Lab lab_;
  std::size_t begun_ = 0;
  std::size_t memory_ = 0;
};

}  // namespace

std::vector<std::string> run_round(const Options& options, const std::string& relay) {
  return std::make_unique<Round>(options, relay)->run();
}

}  // namespace shirgate::soak
