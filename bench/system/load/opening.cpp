#include "opening.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "hello.hpp"

namespace load {

Routes::Routes(Options& options)
    : via_(parse_endpoints(options.list("via"))), from_(parse_endpoints(options.list("from"))) {
  const bool blind = options.text("blind", "no") == "yes";
  const auto capture = options.text("hello", "");
  for (const auto& target : options.list("targets")) {
    const auto slash = std::min(target.find('/'), target.size());
    const auto authority = target.substr(0, slash);
    requests_.push_back(blind ? "" : "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    hellos_.push_back(client_hello(capture, target.substr(std::min(slash + 1, target.size()))));
  }
  if (!via_.empty() && !requests_.empty()) return;
  std::fputs("load: --via and --targets are needed\n", stderr);
  std::exit(2);
}

int Routes::connect(std::size_t n) const {
  return start_connecting(via_[n % via_.size()], from_.empty() ? nullptr : &from_[n % from_.size()]);
}

Opening::Opening(const Routes& routes, std::size_t n) : routes_(&routes), n_(n), fd_(routes.connect(n)) {
  if (fd_ < 0) why_ = std::string("connect: ") + std::strerror(errno);
}

Progress Opening::step(std::uint32_t events) {
  switch (stage_) {
    case Stage::connecting: {
      if ((events & (EPOLLERR | EPOLLHUP)) != 0) return fail("refused or reset before the connection stood");
      if ((events & EPOLLOUT) == 0) return Progress::under_way;
      const std::string& request = routes_->request(n_);
      return request.empty() ? say(routes_->hello(n_), Stage::greeted) : say(request, Stage::asked);
    }
    case Stage::asked: return hear_reply();
    case Stage::greeted: return hear_hello();
    case Stage::open: return Progress::open;
  }
  return Progress::failed;
}

/// What is said here always fits into an empty send buffer.
Progress Opening::say(const std::string& bytes, Stage next) {
  if (send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != ssize_t(bytes.size())) return fail_with_errno("send");
  stage_ = next;
  return Progress::under_way;
}

Progress Opening::hear_reply() {
  std::array<char, 2048> bytes;
  const ssize_t got = recv(fd_, bytes.data(), bytes.size(), 0);
  if (got == 0) return fail("closed instead of a reply to CONNECT: " + heard_);
  if (got < 0) return errno == EAGAIN ? Progress::under_way : fail_with_errno("recv of the reply");
  heard_.append(bytes.data(), std::size_t(got));
  // No server speaks before the client's hello, so the reply is all that can have come.
  if (heard_.find("\r\n\r\n") == std::string::npos) return Progress::under_way;
  if (!heard_.starts_with("HTTP/1.1 200") && !heard_.starts_with("HTTP/1.0 200")) return fail(heard_);
  heard_.clear();
  return say(routes_->hello(n_), Stage::greeted);
}

Progress Opening::hear_hello() {
  std::array<char, 512> bytes;
  const std::size_t wanted = server_hello().size() - heard_.size();
  const ssize_t got = recv(fd_, bytes.data(), std::min(wanted, bytes.size()), 0);
  if (got == 0) return fail("closed instead of a server's hello");
  if (got < 0) return errno == EAGAIN ? Progress::under_way : fail_with_errno("recv of the server's hello");
  heard_.append(bytes.data(), std::size_t(got));
  if (heard_.size() < server_hello().size()) return Progress::under_way;
  if (heard_ != server_hello()) return fail("what came is not the server's hello");
  stage_ = Stage::open;
  return Progress::open;
}

Progress Opening::fail(std::string_view why) {
  why_ = why;
  return Progress::failed;
}

Progress Opening::fail_with_errno(std::string_view what) {
  return fail(std::string(what) + ": " + std::strerror(errno));
}

namespace {

/// Several openings at a time.
class Openings {
 public:
  Openings(const Routes& routes, Failures& failures) : routes_(routes), failures_(failures) {}
  [[nodiscard]] std::size_t count() const { return under_way_.size(); }
  void begin(std::size_t n) {
    Opening opening(routes_, n);
    if (opening.fd() < 0) return failures_.add(opening.why());
    poller_.add(opening.fd(), EPOLLIN | EPOLLOUT | EPOLLET);
    under_way_.emplace(opening.fd(), std::move(opening));
  }
  /// Puts what opened into `open`. True when anything ended.
  [[nodiscard]] bool turn(std::vector<int>& open) {
    bool ended = false;
    for (const auto& event : poller_.wait(100)) {
      const auto found = under_way_.find(int(event.data.u64));
      if (found == under_way_.end()) continue;
      const auto progress = found->second.step(event.events);
      if (progress == Progress::under_way) continue;
      ended = true;
      if (progress == Progress::open)
        open.push_back(found->first);
      else
        give_up(found->second, found->second.why());
      under_way_.erase(found);
    }
    return ended;
  }
  void give_all_up() {
    for (const auto& [fd, opening] : under_way_) give_up(opening, "not open in time");
    under_way_.clear();
  }

 private:
  void give_up(const Opening& opening, std::string_view why) {
    failures_.add(why);
    close(opening.fd());
  }
  const Routes& routes_;
  Failures& failures_;
  Poller poller_;
  std::unordered_map<int, Opening> under_way_;
};

}  // namespace

std::vector<int> open_tunnels(const Routes& routes, std::size_t count, std::size_t at_once, Failures& failures) {
  Openings openings(routes, failures);
  std::vector<int> open;
  auto deadline = after(opening_limit_s);
  for (std::size_t begun = 0; (begun < count || openings.count() > 0) && Clock::now() < deadline;) {
    for (; begun < count && openings.count() < at_once; ++begun) openings.begin(begun);
    // A limit for standing still, however many there are.
    if (openings.turn(open)) deadline = after(opening_limit_s);
  }
  openings.give_all_up();
  return open;
}

Poller::Poller() : epoll_(must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), events_(256) {}

Poller::~Poller() { close(epoll_); }

void Poller::add(int fd, std::uint32_t events, std::uint64_t tag) {
  epoll_event event{events, {.u64 = tag}};
  must(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

void Poller::change(int fd, std::uint32_t events) {
  epoll_event event{events, {.u64 = std::uint64_t(fd)}};
  must(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

std::span<const epoll_event> Poller::wait(int milliseconds) {
  const int count = epoll_wait(epoll_, events_.data(), int(events_.size()), milliseconds);
  return {events_.data(), std::size_t(std::max(count, 0))};
}

}  // namespace load
