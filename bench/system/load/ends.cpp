// The far ends of the tunnels. Every thread listens on every address by itself (SO_REUSEPORT) and shares nothing.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <thread>

#include "commands.hpp"
#include "figures.hpp"
#include "hello.hpp"
#include "opening.hpp"

namespace load {
namespace {

/// sink: throws away what comes. source: sends without end. echo: sends back. block: answers every 4 MiB with one byte.
enum class Part { sink, source, echo, block };
constexpr std::array parts{Part::sink, Part::source, Part::echo, Part::block};
constexpr std::array<std::string_view, parts.size()> part_names{"sink", "source", "echo", "block"};

constexpr std::size_t block_bytes = 4 << 20;

struct Peer {
  enum class Kind { none, listener, greeting, playing } kind = Kind::none;
  Part part{};
  std::string hello{};
  off_t offset = 0;
  std::size_t in_block = 0;
};

struct Door {
  sockaddr_in address;
  Part part;
};

class FarEnds {
 public:
  explicit FarEnds(const std::vector<Door>& doors) {
    for (const auto& door : doors) {
      const int fd = listen_on(door.address);
      peer(fd) = {Peer::Kind::listener, door.part};
      poller_.add(fd, EPOLLIN);
    }
  }
  void turn() {
    for (const auto& event : poller_.wait(500)) {
      const int fd = int(event.data.u64);
      if (peer(fd).kind == Peer::Kind::listener) {
        accept_from(fd);
      } else if (!step(fd, peer(fd))) {
        peer(fd).kind = Peer::Kind::none;
        close(fd);
      }
    }
  }

 private:
  Peer& peer(int fd) {
    if (std::size_t(fd) >= peers_.size()) peers_.resize(std::size_t(fd) + 1024);
    return peers_[std::size_t(fd)];
  }
  void accept_from(int listener) {
    const auto part = peer(listener).part;
    for (int fd; (fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      peer(fd) = {Peer::Kind::greeting, part};
      poller_.add(fd, EPOLLIN);
    }
  }
  /// False when it is over.
  bool step(int fd, Peer& peer) {
    if (peer.kind == Peer::Kind::greeting) return greet(fd, peer);
    switch (peer.part) {
      case Part::sink: return discard_some(fd) != 0;
      case Part::source: return went_well(send_from(source_file_, peer.offset, fd, source_file_bytes));
      case Part::echo: return echo(fd);
      case Part::block: return take_block(fd, peer);
    }
    return false;
  }
  static bool went_well(ssize_t result) { return result > 0 || (result < 0 && errno == EAGAIN); }
  /// How many came, 0 at the end, -1 where there is nothing now.
  static ssize_t discard_some(int fd) {
    const ssize_t got = discard(fd);
    return got > 0 ? got : got < 0 && errno == EAGAIN ? -1 : 0;
  }
  bool greet(int fd, Peer& peer) {
    std::array<char, 16 << 10> bytes;
    // Never past the record: what follows it belongs to the part.
    const std::size_t wanted = peer.hello.size() < 5 ? 5 : record_bytes(peer.hello);
    const ssize_t got = recv(fd, bytes.data(), std::min(wanted - peer.hello.size(), bytes.size()), 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    peer.hello.append(bytes.data(), std::size_t(got));
    if (peer.hello.size() < 5 || peer.hello.size() < record_bytes(peer.hello)) {
      return peer.hello.size() == 5 ? greet(fd, peer) : true;
    }
    std::string().swap(peer.hello);
    peer.kind = Peer::Kind::playing;
    if (send(fd, server_hello().data(), server_hello().size(), MSG_NOSIGNAL) < 0) return false;
    if (peer.part == Part::source) poller_.change(fd, EPOLLOUT);
    return true;
  }
  static bool echo(int fd) {
    std::array<char, 64 << 10> bytes;
    const ssize_t got = recv(fd, bytes.data(), bytes.size(), 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    // What is echoed is small, and its client waits for it: it always fits.
    return send(fd, bytes.data(), std::size_t(got), MSG_NOSIGNAL) == got;
  }
  static bool take_block(int fd, Peer& peer) {
    const ssize_t got = discard_some(fd);
    if (got <= 0) return got < 0;
    peer.in_block += std::size_t(got);
    // A recv that copies nothing may take more than one block.
    for (; peer.in_block >= block_bytes; peer.in_block -= block_bytes)
      if (send(fd, "x", 1, MSG_NOSIGNAL) != 1) return false;
    return true;
  }

  Poller poller_;
  int source_file_ = make_source_file();
  std::vector<Peer> peers_;
};

}  // namespace

int run_ends(Options& options) {
  std::vector<Door> doors;
  for (std::size_t i = 0; i < parts.size(); ++i)
    for (const auto& address : parse_endpoints(options.list(part_names[i]))) doors.push_back({address, parts[i]});
  const auto threads = std::size_t(options.number("threads", 2));
  options.refuse_unknown();
  for (std::size_t i = 0; i < threads; ++i)
    std::thread([ends = std::make_shared<FarEnds>(doors)] {
      for (;;) ends->turn();
    }).detach();
  Object().add("listening", double(doors.size())).print();
  for (char byte; read(STDIN_FILENO, &byte, 1) > 0;) continue;
  std::fflush(stdout);
  _exit(0);  // the threads have nothing to finish
}

}  // namespace load
