#include "relay.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace bare {
namespace {

constexpr std::size_t max_request_bytes = 8192;
constexpr std::string_view reply = "HTTP/1.1 200 OK\r\n\r\n";
/// How often a tunnel may move bytes before the next one's turn.
constexpr int moves_per_turn = 8;

int must(int result, const char* what) {
  if (result >= 0) return result;
  std::perror(what);
  std::exit(2);
}

void no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void close_with_reset(int fd) {
  if (fd < 0) return;
  const linger abortive{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &abortive, sizeof abortive);
  close(fd);
}

}  // namespace

Worker::Worker(const Settings& its_settings)
    : settings(its_settings), epoll(must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), bounce(settings.copy_bytes) {}

Pipe Worker::take_pipe() {
  if (!pipes.empty()) {
    const Pipe pipe = pipes.back();
    pipes.pop_back();
    return pipe;
  }
  int ends[2];
  must(pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
  fcntl(ends[0], F_SETPIPE_SZ, settings.pipe_bytes);
  return {ends[0], ends[1]};
}

Tunnel::Tunnel(Worker& worker, int client) : worker_(worker) {
  client_.fd = client;
  no_delay(client);
  watch(client_);
}

/// A relay that ended in order has closed both ways already; of the others the peer should hear at once.
Tunnel::~Tunnel() {
  const bool in_order = up_.ended && down_.ended;
  for (Leg* leg : {&client_, &upstream_}) in_order ? void(close(leg->fd)) : close_with_reset(leg->fd);
  for (Way* way : {&up_, &down_}) give_back(*way);
}

void Tunnel::watch(Leg& leg) {
  leg.tunnel = this;
  epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = &leg}};
  must(epoll_ctl(worker_.epoll, EPOLL_CTL_ADD, leg.fd, &event), "epoll_ctl");
}

Turn Tunnel::turn() {
  if (client_.failed || upstream_.failed) return Turn::over;
  if (stage_ == Stage::request && client_.may_read && !read_request()) return Turn::over;
  if (stage_ == Stage::connecting && upstream_.may_write && !confirm()) return Turn::over;
  return stage_ == Stage::relaying ? relay() : Turn::waiting;
}

bool Tunnel::read_request() {
  char bytes[4096];
  const ssize_t got = recv(client_.fd, bytes, sizeof bytes, 0);
  if (got <= 0) {
    client_.may_read = false;
    return got < 0 && errno == EAGAIN;
  }
  request_.append(bytes, std::size_t(got));
  if (request_.size() > max_request_bytes) return false;
  const auto end = request_.find("\r\n\r\n");
  if (end == std::string::npos) return true;
  if (!request_.starts_with("CONNECT ")) return false;
  up_.unsent.assign(request_.begin() + std::ptrdiff_t(end) + 4, request_.end());
  const bool dialling = dial(request_.substr(8, request_.find(' ', 8) - 8));
  std::string().swap(request_);
  return dialling;
}

bool Tunnel::dial(const std::string& target) {
  const auto found = worker_.settings.targets.find(target);
  if (found == worker_.settings.targets.end()) return false;
  upstream_.fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  no_delay(upstream_.fd);
  const auto& address = found->second;
  if (connect(upstream_.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 && errno != EINPROGRESS)
    return false;
  watch(upstream_);
  stage_ = Stage::connecting;
  return true;
}

bool Tunnel::confirm() {
  stage_ = Stage::relaying;
  return send(client_.fd, reply.data(), reply.size(), MSG_NOSIGNAL) == ssize_t(reply.size());
}

Turn Tunnel::relay() {
  for (int i = 0; i < moves_per_turn; ++i) {
    const auto up = move(up_), down = move(down_);
    if (up == Moved::failed || down == Moved::failed) return Turn::over;
    if (up_.ended && down_.ended) return Turn::over;
    if (up == Moved::nothing && down == Moved::nothing) return Turn::waiting;
  }
  return Turn::again;
}

Tunnel::Moved Tunnel::move(Way& way) {
  if (!flush(way)) return Moved::failed;
  if (way.ended || !way.unsent.empty()) return Moved::nothing;
  return worker_.settings.engine == Engine::splice ? splice_some(way) : copy_some(way);
}

/// Fill, then drain to the last byte: then EAGAIN of a fill can only mean that the socket is empty.
Tunnel::Moved Tunnel::splice_some(Way& way) {
  bool moved = false;
  if (way.in_pipe == 0 && way.from.may_read) {
    if (!fill(way)) return Moved::failed;
    moved = way.in_pipe > 0;
  }
  if (way.in_pipe > 0 && way.to.may_write) {
    const std::size_t before = way.in_pipe;
    if (!drain(way)) return Moved::failed;
    moved = moved || way.in_pipe < before;
  }
  if (way.in_pipe == 0) give_back(way);
  return moved ? Moved::some : Moved::nothing;
}

bool Tunnel::fill(Way& way) {
  if (way.pipe.read_end < 0) way.pipe = worker_.take_pipe();
  const ssize_t got = splice(way.from.fd, nullptr, way.pipe.write_end, nullptr,
                             std::size_t(worker_.settings.pipe_bytes), SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (got > 0) way.in_pipe = std::size_t(got);
  if (got == 0) end(way);
  if (got >= 0) return true;
  way.from.may_read = false;
  return errno == EAGAIN;
}

bool Tunnel::drain(Way& way) {
  const ssize_t sent =
      splice(way.pipe.read_end, nullptr, way.to.fd, nullptr, way.in_pipe, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (sent > 0) way.in_pipe -= std::size_t(sent);
  if (sent > 0) return true;
  way.to.may_write = false;
  return sent < 0 && errno == EAGAIN;
}

Tunnel::Moved Tunnel::copy_some(Way& way) {
  if (!way.from.may_read) return Moved::nothing;
  const ssize_t got = recv(way.from.fd, worker_.bounce.data(), worker_.bounce.size(), 0);
  if (got == 0) end(way);
  if (got < 0) way.from.may_read = false;
  if (got <= 0) return got == 0 || errno == EAGAIN ? Moved::nothing : Moved::failed;
  const ssize_t sent = send(way.to.fd, worker_.bounce.data(), std::size_t(got), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return Moved::failed;
  if (sent < got) {
    way.to.may_write = false;
    way.unsent.assign(worker_.bounce.data() + std::max<ssize_t>(sent, 0), worker_.bounce.data() + got);
  }
  return Moved::some;
}

bool Tunnel::flush(Way& way) {
  while (!way.unsent.empty() && way.to.may_write) {
    const ssize_t sent = send(way.to.fd, way.unsent.data(), way.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) way.to.may_write = false;
    if (sent > 0) way.unsent.erase(way.unsent.begin(), way.unsent.begin() + sent);
  }
  if (way.unsent.empty() && way.unsent.capacity() > 0) std::vector<char>().swap(way.unsent);
  return true;
}

void Tunnel::end(Way& way) {
  way.ended = true;
  shutdown(way.to.fd, SHUT_WR);
}

/// With bytes left in it a pipe is of no use to anybody else.
void Tunnel::give_back(Way& way) {
  if (way.pipe.read_end < 0) return;
  if (way.in_pipe == 0) {
    worker_.pipes.push_back(way.pipe);
  } else {
    close(way.pipe.read_end);
    close(way.pipe.write_end);
  }
  way.pipe = {};
}

}  // namespace bare
