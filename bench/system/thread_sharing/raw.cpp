// raw: the system calls of one_loop in the same order, as a state machine. The floor.
#include "tunnel.hpp"
#include "variants.hpp"

namespace thread_sharing {

namespace {

class RawSession final : public Listener {
 public:
  RawSession(Poller& poller, int fd, const sockaddr_in& target)
      : poller_(poller), target_(target), tunnel_(new Tunnel(poller)) {
    tunnel_->client.fd = fd;
    poller_.add(tunnel_->client, *this);
    step();
  }
  void on_events(Descriptor&) override { step(); }

 private:
  enum class Stage { head, dial, flight };
  enum class Next { go_on, wait, established, failed };

  void step() {
    Next next = Next::go_on;
    while (next == Next::go_on)
      next = stage_ == Stage::head ? read_head() : stage_ == Stage::dial ? answer() : forward_flight();
    if (next == Next::wait) return;
    next == Next::established ? tunnel_->take_over() : tunnel_->end(Ending::reset);
    delete this;
  }
  Next read_head() {
    ssize_t got = tunnel_->client.may_read ? receive_now(tunnel_->client, head_.room()) : would_block;
    if (got == would_block) return Next::wait;
    if (got <= 0) return Next::failed;
    head_.used += got;
    if (!head_.complete()) return Next::go_on;
    stage_ = Stage::dial;
    if (!start_dial(tunnel_->upstream, target_)) return Next::failed;
    poller_.add(tunnel_->upstream, *this);
    return Next::wait;
  }
  Next answer() {
    if (!tunnel_->upstream.may_write) return Next::wait;
    stage_ = Stage::flight;
    if (!connected(tunnel_->upstream)) return Next::failed;
    return send_now(tunnel_->client, established_reply) > 0 ? Next::go_on : Next::failed;
  }
  Next forward_flight() {
    ssize_t got = tunnel_->client.may_read ? receive_now(tunnel_->client, head_.bytes) : would_block;
    if (got == would_block) return Next::wait;
    if (got <= 0) return Next::failed;
    return send_now(tunnel_->upstream, {head_.bytes.data(), std::size_t(got)}) == got ? Next::established
                                                                                      : Next::failed;
  }
  Poller& poller_;
  const sockaddr_in& target_;
  Tunnel* tunnel_;
  Stage stage_ = Stage::head;
  Head head_;
};

class RawAcceptor final : public Listener {
 public:
  RawAcceptor(Poller& poller, int listener, const sockaddr_in& target) : poller_(poller), target_(target) {
    acceptor_.fd = listener;
    poller_.add(acceptor_, *this);
  }
  void on_events(Descriptor&) override {
    for (int fd; (fd = accept4(acceptor_.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
      new RawSession(poller_, fd, target_);
  }

 private:
  Poller& poller_;
  const sockaddr_in& target_;
  Descriptor acceptor_;
};

}  // namespace

void run_raw(int listener, const sockaddr_in& target) {
  Poller poller;
  RawAcceptor acceptor(poller, listener, target);
  for (;;) poller.turn(tick);
}

}  // namespace thread_sharing
