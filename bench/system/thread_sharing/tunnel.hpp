// The relay, the same for every variant: copies until it would block, passes half-closes on, and a reset on as a reset.
#pragma once
#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <string_view>

#include "event_loop.hpp"

namespace thread_sharing {

using TunnelHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

enum class Ending { close, reset };

class Tunnel final : public Listener, public TunnelHook {
 public:
  explicit Tunnel(Poller& poller) : poller_(poller) {}
  ~Tunnel() override {
    if (client.fd >= 0) close(client.fd);
    if (upstream.fd >= 0) close(upstream.fd);
  }
  Descriptor client, upstream;
  std::chrono::steady_clock::time_point deadline{};  // of the set-up

  /// Hand-over where both legs already sit in our epoll: two pointers. What was readable before has no new edge, so
  /// look now.
  void take_over() {
    client.listener = upstream.listener = this;
    run();
  }
  /// Hand-over of two descriptors this epoll does not know yet; adding them reports what they hold.
  void adopt() {
    poller_.add(client, *this);
    poller_.add(upstream, *this);
  }
  void end(Ending ending) {
    for (Descriptor* leg : {&client, &upstream}) {
      leg->listener = nullptr;
      if (leg->fd < 0) continue;
      if (ending == Ending::reset) reset_on_close(leg->fd);
      close(std::exchange(leg->fd, -1));
    }
    poller_.bury(std::unique_ptr<Listener>(this));
  }
  void on_events(Descriptor&) override { run(); }

 private:
  struct Direction {
    Descriptor &from, &to;
    bool ended = false;
    std::vector<char> unsent{};
  };
  void run() {
    bool broken = client.failed || upstream.failed || !pump(up_) || !pump(down_);
    if (broken)
      end(Ending::reset);
    else if (up_.ended && down_.ended)
      end(Ending::close);
  }
  /// False when a leg failed. Returns when the source is empty or the sink is full.
  static bool pump(Direction& way) {
    static thread_local std::array<char, 65536> bounce;
    for (;;) {
      if (!flush(way)) return false;
      if (way.ended || !way.unsent.empty() || !way.from.may_read) return true;
      ssize_t got = receive_now(way.from, bounce);
      if (got == would_block) return true;
      if (got < 0) return false;
      if (got == 0) {
        way.ended = true;
        shutdown(way.to.fd, SHUT_WR);
        return true;
      }
      ssize_t sent =
          std::max<ssize_t>(send_now(way.to, {bounce.data(), std::size_t(got)}), 0);  // a real error shows as EPOLLERR
      if (sent < got) way.unsent.assign(bounce.data() + sent, bounce.data() + got);
    }
  }
  static bool flush(Direction& way) {
    while (!way.unsent.empty() && way.to.may_write) {
      ssize_t sent = send_now(way.to, way.unsent);
      if (sent == -1) return false;
      if (sent > 0) way.unsent.erase(way.unsent.begin(), way.unsent.begin() + sent);
    }
    return true;
  }
  Poller& poller_;
  Direction up_{client, upstream}, down_{upstream, client};
};

}  // namespace thread_sharing
