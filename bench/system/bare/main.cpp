// A CONNECT relay that does nothing else: a thread per processor, each with a listener and an edge-triggered epoll of
// its own. `splice` moves through pooled pipes, filled and then drained; `copy` through one buffer per thread.
//
//   bare --engine splice|copy [--copy-bytes 65536] [--pipe-bytes 1048576] [--threads 2] --listen A:P
//        --targets NAME:PORT=A:P,...
#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "relay.hpp"

namespace bare {
namespace {

[[noreturn]] void refuse(std::string_view what) {
  std::fprintf(stderr, "bare: can't use '%.*s'\n", int(what.size()), what.data());
  std::exit(2);
}

sockaddr_in parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) refuse(text);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(std::uint16_t(std::atoi(std::string(text.substr(colon + 1)).c_str())));
  if (inet_pton(AF_INET, std::string(text.substr(0, colon)).c_str(), &address.sin_addr) != 1) refuse(text);
  return address;
}

void add_targets(Settings& settings, std::string_view list) {
  while (!list.empty()) {
    const auto item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) refuse(item);
    settings.targets.emplace(item.substr(0, equals), parse_endpoint(item.substr(equals + 1)));
  }
}

int listen_on(const sockaddr_in& address) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && listen(fd, 4096) == 0) return fd;
  std::perror("bare: listen");
  std::exit(2);
}

class Loop {
 public:
  Loop(const Settings& settings, const sockaddr_in& address) : worker_(settings) {
    listener_.fd = listen_on(address);
    epoll_event event{EPOLLIN, {.ptr = &listener_}};
    epoll_ctl(worker_.epoll, EPOLL_CTL_ADD, listener_.fd, &event);
  }
  [[noreturn]] void run() {
    for (;;) turn();
  }

 private:
  void turn() {
    std::array<epoll_event, 256> events;
    const int count = epoll_wait(worker_.epoll, events.data(), int(events.size()), again_.empty() ? -1 : 0);
    std::vector<Tunnel*> ready;
    ready.swap(again_);
    for (Tunnel* tunnel : ready) step(*tunnel);
    for (int i = 0; i < count; ++i) {
      auto& leg = *static_cast<Leg*>(events[std::size_t(i)].data.ptr);
      if (leg.tunnel == nullptr) {
        accept_all();
        continue;
      }
      note(leg, events[std::size_t(i)].events);
      step(*leg.tunnel);
    }
    // Later events of the same batch may have pointed into them.
    for (Tunnel* tunnel : dead_) delete tunnel;
    dead_.clear();
  }
  static void note(Leg& leg, std::uint32_t events) {
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) leg.may_read = true;
    if ((events & EPOLLOUT) != 0) leg.may_write = true;
    if ((events & EPOLLERR) != 0) leg.failed = true;
  }
  void step(Tunnel& tunnel) {
    if (tunnel.dead()) return;
    const auto turn = tunnel.turn();
    if (turn == Turn::over) {
      tunnel.die();
      std::erase(again_, &tunnel);
      dead_.push_back(&tunnel);
    } else if (turn == Turn::again && std::find(again_.begin(), again_.end(), &tunnel) == again_.end()) {
      again_.push_back(&tunnel);
    }
  }
  void accept_all() {
    for (int fd; (fd = accept4(listener_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
      new Tunnel(worker_, fd);  // the epoll knows it from now on, and step() buries it
  }

  Worker worker_;
  Leg listener_;
  std::vector<Tunnel*> again_, dead_;
};

struct Arguments {
  Settings settings;
  std::string listen;
  int threads = 2;
};

Arguments parse(int argc, char** argv) {
  Arguments given;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc) refuse(argv[i]);
    const std::string_view key = argv[i];
    const std::string value = argv[i + 1];
    if (key == "--engine")
      given.settings.engine = value == "copy" ? Engine::copy : Engine::splice;
    else if (key == "--copy-bytes")
      given.settings.copy_bytes = std::stoul(value);
    else if (key == "--pipe-bytes")
      given.settings.pipe_bytes = std::stoi(value);
    else if (key == "--threads")
      given.threads = std::stoi(value);
    else if (key == "--listen")
      given.listen = value;
    else if (key == "--targets")
      add_targets(given.settings, value);
    else
      refuse(key);
  }
  return given;
}

}  // namespace
}  // namespace bare

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // splice knows no MSG_NOSIGNAL
  const auto given = bare::parse(argc, argv);
  const auto address = bare::parse_endpoint(given.listen);
  std::vector<std::thread> workers;
  for (int i = 0; i < given.threads; ++i)
    workers.emplace_back([&] { std::make_unique<bare::Loop>(given.settings, address)->run(); });
  for (auto& worker : workers) worker.join();
}
