#include "proxy/gate/gate.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include "policy/date.hpp"
#include "proxy/gate/fixed_settings.hpp"
#include "proxy/loop/socket.hpp"
#include "proxy/operational_log.hpp"
#include "version.hpp"

namespace shirgate {
namespace {

std::size_t worker_count(const Settings& settings) {
  if (settings.workers > 0) return static_cast<std::size_t>(settings.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

/// Room for the end of every tunnel that may be open, all of them on one worker if it comes to that.
std::size_t ring_bytes(const Settings& settings) {
  return (std::size_t{1} << 20) + static_cast<std::size_t>(settings.max_connections) * 2 * Ring::max_record_bytes;
}

JournalSettings journal_settings(const Settings& settings, std::size_t writers) {
  using std::chrono::days;
  return {.directory = settings.audit_directory,
          .group = settings.group_ms,
          .writers = writers,
          .ring_bytes = ring_bytes(settings),
          .on_trouble = operational_log::error,
          .durability = settings.durability,
          .head_interval = settings.head_interval,
          .on_head = operational_log::info,
          .segment_bytes = static_cast<std::uint64_t>(settings.segment_mib) << 20,
          .segment_age = settings.segment_age,
          .retention = {.age = days(settings.keep_days),
                        .bytes = static_cast<std::uint64_t>(settings.keep_mib) << 20,
                        .keep_at_least = days(settings.keep_at_least_days)},
          .refusals_per_minute = static_cast<std::uint64_t>(settings.refusals_per_minute),
          .program = fmt::format("shirgate {}", version),
          .lab = settings.lab_enabled};
}

/// Two descriptors a tunnel and a pipe, and some for listeners, DNS, the log and reloads. Raises the soft limit as far
/// as it may go.
Checked<bool> make_room_for_descriptors(const Settings& settings) {
  constexpr rlim_t others = 2 * max_pipes + 256;
  const auto needed = static_cast<rlim_t>(2 * settings.max_connections) + others;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return true;
  limit.rlim_cur = std::min(needed, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed) return true;
  return complain(fmt::format(
      "[gate] max_connections = {} needs {} open files and the system allows {}: lower it to {}, or "
      "raise the limit (ulimit -n, LimitNOFILE)",
      settings.max_connections, needed, limit.rlim_max, limit.rlim_max > others ? (limit.rlim_max - others) / 2 : 0));
}

/// Every door, [gate] listen first.
std::vector<Ingress> ingresses_of(const Settings& settings) {
  std::vector<Ingress> all;
  for (const auto& endpoint : settings.listen) all.push_back({.listen = endpoint});
  all.insert(all.end(), settings.ingresses.begin(), settings.ingresses.end());
  return all;
}

/// Workers share ports among themselves (SO_REUSEPORT), which would let two gates share one unnoticed.
Checked<bool> check_nobody_else_listens(const Endpoint& endpoint) {
  if (endpoint.port == 0) return true;
  const auto probe = open_listener(endpoint, {});
  if (probe.has_error()) return probe.error();
  ::close(*probe);
  return true;
}

}  // namespace

Gate::Gate(SnapshotPtr snapshot)
    : snapshot_(std::move(snapshot)),
      occupancy_(snapshot_->settings.max_connections, snapshot_->settings.max_connections_per_client) {}

Checked<std::unique_ptr<Gate>> Gate::start(Config config) {
  std::signal(SIGPIPE, SIG_IGN);
  auto snapshot = std::make_shared<const Snapshot>(Snapshot{std::move(config.settings), std::move(config.policy), 0});
  std::unique_ptr<Gate> gate(new Gate(std::move(snapshot)));
  const auto opened = gate->open_everything();
  if (opened.has_error()) return opened.error();
  return gate;
}

Checked<bool> Gate::open_log(std::size_t writers) {
  const auto& settings = snapshot_->settings;
  auto shippers = Shippers::create(settings.audit_directory, settings.sinks, operational_log::error);
  if (shippers.has_error()) return shippers.error();
  shippers_ = *std::move(shippers);
  auto wanted = journal_settings(settings, writers);
  wanted.on_durable = [this](std::size_t writer) { wake_waiting(writer); };
  shippers_->listen_to(wanted);
  auto journal = Journal::open(wanted);
  if (journal.has_error()) return journal.error();
  journal_ = *std::move(journal);
  return shippers_->start();
}

Checked<bool> Gate::open_doors(std::vector<std::vector<Door>>& by_worker) {
  for (auto ingress : ingresses_of(snapshot_->settings)) {
    if (const auto free = check_nobody_else_listens(ingress.listen); free.has_error()) return free.error();
    for (auto& doors : by_worker) {
      const auto listener =
          open_listener(ingress.listen, {.shared = true, .catches = ingress.kind == IngressKind::tproxy});
      if (listener.has_error()) return listener.error();
      ingress.listen = local_endpoint(*listener);  // port 0 becomes the port that the others have to share
      doors.push_back({*listener, ingress});
    }
    listening_.push_back(ingress.listen);
  }
  return true;
}

Checked<bool> Gate::open_everything() {
  const auto& settings = snapshot_->settings;
  if (const auto room = make_room_for_descriptors(settings); room.has_error()) return room.error();
  const auto count = worker_count(settings);
  if (const auto opened = open_log(count + 1); opened.has_error()) return opened.error();
  if (const auto published = publish_metrics(); published.has_error()) return published.error();

  census_ = std::make_unique<BulkCensus>(count);
  std::vector<std::vector<Door>> doors(count);
  if (const auto opened = open_doors(doors); opened.has_error()) {
    for (const auto& of_worker : doors)
      for (const auto& door : of_worker) ::close(door.fd);
    return opened.error();
  }
  if (const auto made = make_workers(std::move(doors)); made.has_error()) return made.error();
  std::string where;
  for (const auto& endpoint : listening_) where += ' ' + to_string(endpoint);
  note(Action::start, fmt::format("shirgate {} listens on{}{}", version, where, warn_of_reporting()));
  wake_waiting_sessions(true);
  for (auto& worker : workers_) worker->start();
  return true;
}

Checked<bool> Gate::make_workers(std::vector<std::vector<Door>> doors) {
  try {
    for (std::size_t i = 0; i < doors.size(); ++i)
      workers_.push_back(std::make_unique<Worker>(Worker::Setup{
          .snapshot = snapshot_,
          .audit = journal_->writer(i),
          .occupancy = occupancy_,
          .first_uses = first_uses_,
          .strangers = strangers_,
          .doors = std::move(doors[i]),
          .census = *census_,
          .index = i,
          .workers = doors.size(),
          .post = [this](std::size_t worker, std::function<void(Worker&)> call) { post(worker, std::move(call)); }}));
  } catch (const std::exception& error) {
    return complain(error.what());
  }
  return true;
}

Checked<bool> Gate::publish_metrics() {
  const auto& settings = snapshot_->settings;
  if (settings.metrics_file.empty()) return true;
  auto file = MetricsFile::start({.path = settings.metrics_file,
                                  .interval = settings.metrics_interval,
                                  .text = [this] { return metrics_text(numbers()); },
                                  .on_trouble = operational_log::error});
  if (file.has_error()) return file.error();
  metrics_file_ = *std::move(file);
  return true;
}

GateNumbers Gate::numbers() const {
  SnapshotPtr snapshot;
  {
    const std::scoped_lock lock(snapshot_mutex_);
    snapshot = snapshot_;
  }
  GateNumbers numbers{.version = std::string(version),
                      .started = std::chrono::duration_cast<std::chrono::seconds>(started_.time_since_epoch()).count(),
                      .configuration = snapshot->number,
                      .connections = connections(),
                      .max_connections = snapshot->settings.max_connections,
                      .audit_healthy = journal_->healthy(),
                      .audit_lines = journal_->lines_written(),
                      .events = journal_->totals(),
                      .sinks = shippers_->numbers()};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  for (const auto& runtime : snapshot->policy->runtimes())
    if (runtime.reporting && !runtime.reporting->is_over(now)) numbers.reporting.emplace_back(runtime.name.text());
  return numbers;
}

std::string Gate::warn_of_reporting() const {
  std::string text;
  for (const auto& runtime : snapshot_->policy->runtimes()) {
    if (!runtime.reporting) continue;
    const auto words = fmt::format("runtime {} reports instead of refusing until {}", runtime.name.text(),
                                   date_text(runtime.reporting->until));
    operational_log::warning(words);
    text += "; " + words;
  }
  return text;
}

void Gate::post(std::size_t worker, std::function<void(Worker&)> call) {
  auto& there = *workers_[worker];
  there.post([&there, call = std::move(call)] { call(there); });
}

void Gate::wake_waiting_sessions(bool on) {
  const std::scoped_lock lock(waking_mutex_);
  waking_ = on;
}

void Gate::wake_waiting(std::size_t writer) {
  const std::scoped_lock lock(waking_mutex_);
  // The last writer is the gate's own, and waits for nothing.
  if (waking_ && writer < workers_.size()) post(writer, [](Worker& there) { there.acceptance().look(); });
}

void Gate::note(Action action, std::string_view text) {
  // The last writer belongs to the thread that starts, reloads and stops.
  static_cast<void>(journal_->writer(workers_.size())
                        .append({.action = action,
                                 .at = std::chrono::system_clock::now(),
                                 .policy = snapshot_->policy->fingerprint(),
                                 .note = text,
                                 .lab = snapshot_->settings.lab_enabled}));
}

Checked<bool> Gate::reload(Config config) {
  const auto fixed = fixed_difference(snapshot_->settings, config.settings);
  if (!fixed.empty()) return complain(fmt::format("{} can't change while the gate runs; restart it", fixed));
  auto next = std::make_shared<const Snapshot>(
      Snapshot{std::move(config.settings), std::move(config.policy), snapshot_->number + 1});
  {
    const std::scoped_lock lock(snapshot_mutex_);
    snapshot_ = std::move(next);
  }
  for (auto& worker : workers_) worker->post([&worker = *worker, snapshot = snapshot_] { worker.use(snapshot); });
  note(Action::policy, fmt::format("configuration {} in force{}", snapshot_->number, warn_of_reporting()));
  return true;
}

void Gate::stop() { stop(snapshot_->settings.drain_timeout); }

void Gate::stop(std::chrono::milliseconds drain_time) {
  if (std::exchange(stopped_, true)) return;
  const auto deadline = std::chrono::steady_clock::now() + drain_time;
  drained_by_ = deadline;
  census_->close();
  for (auto& worker : workers_) worker->post([&worker = *worker, deadline] { worker.drain(deadline); });
  for (auto& worker : workers_) worker->join();
  wake_waiting_sessions(false);
  note(Action::stop, "stopped");
}

Gate::~Gate() {
  if (journal_ && !workers_.empty()) stop(std::chrono::milliseconds(0));
  metrics_file_.reset();
  workers_.clear();
  // Its last lines are to be shipped too.
  journal_.reset();
  if (!shippers_) return;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(drained_by_ - std::chrono::steady_clock::now());
  shippers_->stop(std::max(left, std::chrono::milliseconds(0)));
}

}  // namespace shirgate
