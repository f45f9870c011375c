#include "proxy/gate/worker.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <random>

#include "proxy/operational_log.hpp"
#include "proxy/session/judge_tunnel.hpp"
#include "proxy/session/session.hpp"

namespace shirgate {
namespace {

constexpr std::chrono::seconds judging_interval{60};

/// Ids go up from a random start, so that they stay unique over workers and restarts.
std::uint64_t random_start() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

void log_if_it_threw(const std::exception_ptr& thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    operational_log::error(fmt::format("a session's end threw: {}", error.what()));
  }
}

}  // namespace

Worker::Worker(Setup setup)
    : executor_(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE),
      snapshot_(std::move(setup.snapshot)),
      audit_(setup.audit),
      acceptance_(loop_, audit_, snapshot_->settings.durability),
      occupancy_(setup.occupancy),
      first_uses_(setup.first_uses),
      strangers_(setup.strangers),
      resolver_(loop_, snapshot_->settings.dns_servers),
      census_(setup.census),
      relay_({.loop = loop_,
              .audit = audit_,
              .census = setup.census,
              .mode = snapshot_->settings.relay,
              .worker = setup.index,
              .most_pipes = max_pipes / setup.workers,
              .post =
                  [post = std::move(setup.post)](std::size_t worker, std::function<void(Relay&)> call) {
                    post(worker, [call = std::move(call)](Worker& there) { call(there.relay()); });
                  }}),
      workers_(setup.workers),
      next_tunnel_id_(random_start()) {
  for (auto& door : setup.doors) {
    const auto* ingress = ingresses_.emplace_back(std::make_unique<const Ingress>(std::move(door.ingress))).get();
    listeners_.push_back(std::make_unique<Listener>(
        loop_, door.fd, [this, ingress](int client, const Endpoint& peer) { spawn(*ingress, client, peer); }));
  }
  loop_.on_tick([this] { on_tick(); });
}

Worker::~Worker() { join(); }

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  // The loop runs inside a handler of the executor, because Asio recycles coroutine frames only there.
  const auto work = boost::asio::make_work_guard(executor_);
  boost::asio::post(executor_, [this] {
    loop_.run([this] { executor_.poll(); });
    executor_.stop();
  });
  executor_.run();
  audit_.flush(std::chrono::system_clock::now());
}

void Worker::spawn(const Ingress& ingress, int fd, const Endpoint& peer) {
  auto* const descriptor = loop_.add(fd, Trigger::edge);
  if (descriptor == nullptr) {
    ::close(fd);
    return;
  }
  descriptor->readable = false;  // mostly nothing is there yet, and if there is, the first event says so
  try {
    start_session(ingress, std::make_unique<Socket>(loop_, descriptor), peer);
  } catch (const std::exception& error) {
    // No memory for one more: this connection is closed, the thread goes on.
    operational_log::error(fmt::format("a connection could not be served: {}", error.what()));
  }
}

void Worker::start_session(const Ingress& ingress, std::unique_ptr<Socket> client, const Endpoint& peer) {
  auto session = std::make_unique<Session>(*this, ingress, std::move(client), peer, next_tunnel_id());
  // Who is listed nowhere can only be refused, and must not take the places of those who are.
  auto permit = (session->runtime ? occupancy_ : strangers_).enter(peer.address);
  if (permit.has_error()) {
    boost::asio::co_spawn(executor_.get_executor(), turn_away(std::move(session), permit.error()), log_if_it_threw);
    return;
  }
  session->permit = *std::move(permit);
  boost::asio::co_spawn(executor_.get_executor(), serve(std::move(session)), log_if_it_threw);
}

void Worker::use(SnapshotPtr snapshot) {
  snapshot_ = std::move(snapshot);
  judge_open_tunnels();
}

void Worker::judge_open_tunnels() {
  next_judging_ = loop_.now() + judging_interval;
  relay_.judge_again([policy = snapshot_->policy](const TunnelFacts& facts) {
    return judge_tunnel(*policy, facts, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  });
}

void Worker::stop_accepting() { listeners_.clear(); }

void Worker::drain(SteadyTime deadline) {
  stop_accepting();
  drain_until_ = deadline;
}

void Worker::on_tick() {
  if (loop_.now() >= next_second_) {
    next_second_ = loop_.now() + std::chrono::seconds(1);
    audit_.tick(std::chrono::system_clock::now());
  }
  // Rules expire at midnight whether or not anybody reloads.
  if (loop_.now() >= next_judging_) judge_open_tunnels();
  if (!drain_until_) return;
  if (loop_.now() >= *drain_until_) {
    relay_.close_all(Reason::gate_stopped);
    loop_.cancel_all();
  }
  if (sessions_ == 0 && relay_.open_tunnels() == 0 && census_.nobody_on_the_way()) loop_.stop();
}

}  // namespace shirgate
