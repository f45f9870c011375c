// Kills a journal with SIGKILL at a random moment, again and again, and holds its directory against what it had
// promised: nothing that was accepted is lost, nothing is written twice, every open tunnel gets its end.
//
//   audit_kill --rounds 200 --seed 7
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <atomic>
#include <cstdio>
#include <map>
#include <random>

#include "audit/journal.hpp"
#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

constexpr std::size_t writers = 3;
constexpr std::size_t most_tunnels = 200'000;

enum Promise : std::uint8_t { nothing = 0, opening = 1, opened = 2, closing = 3, closed = 4 };

/// What was promised to whom, in memory that outlives the process that is killed. `opening` and `closing` are set
/// before the call, so what is said there may have happened or not.
struct Promises {
  std::array<std::atomic<std::uint8_t>, most_tunnels> of_tunnel;
  std::atomic<std::uint32_t> next_tunnel;
};

/// One worker: opens tunnels, ends most of them, moves some to the next worker's ring.
void work(Journal& journal, std::size_t index, Durability durability, Promises& promises, std::uint32_t seed) {
  std::mt19937 random(seed);
  auto& audit = journal.writer(index);
  const auto holds = [&](Ticket ticket) {
    if (!ticket.taken) return false;
    while (durability == Durability::fsync && audit.durable_up_to() < ticket.position) std::this_thread::yield();
    return true;
  };
  std::vector<std::uint32_t> open;
  for (;;) {
    if (open.size() < 20 && random() % 2 == 0) {
      const auto tunnel = promises.next_tunnel.fetch_add(1);
      if (tunnel >= most_tunnels) return;
      promises.of_tunnel[tunnel] = opening;
      if (!holds(audit.append(tunnel_event(Action::open, tunnel)))) continue;
      promises.of_tunnel[tunnel] = opened;
      static_cast<void>(audit.append(tunnel_event(Action::checked, tunnel)));
      open.push_back(tunnel);
    } else if (!open.empty()) {
      const auto at = random() % open.size();
      const auto tunnel = open[at];
      promises.of_tunnel[tunnel] = closing;
      if (holds(audit.append(tunnel_event(Action::close, tunnel)))) promises.of_tunnel[tunnel] = closed;
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (random() % 64 == 0) std::this_thread::yield();
  }
}

JournalSettings settings(const std::string& directory, Durability durability) {
  auto settings = settings_for(directory, writers);
  settings.durability = durability;
  settings.ring_bytes = std::size_t{1} << 20;
  settings.segment_bytes = 200'000;
  settings.head_interval = std::chrono::milliseconds(20);
  settings.compress = true;
  return settings;
}

[[noreturn]] void child(const std::string& directory, Durability durability, Promises& promises, std::uint32_t seed) {
  auto journal = Journal::open(settings(directory, durability));
  if (journal.has_error()) {
    std::fprintf(stderr, "%s\n", journal.error().text().c_str());
    std::_Exit(1);
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers; ++i)
    threads.emplace_back([&, i] { work(**journal, i, durability, promises, seed + static_cast<std::uint32_t>(i)); });
  for (auto& thread : threads) thread.join();
  std::_Exit(0);
}

struct InLog {
  int opens = 0;
  int closes = 0;
  int torn = 0;
};

/// Every complaint about the log, by what was promised.
int hold_against(const std::string& directory, const Promises& promises) {
  std::map<std::uint64_t, InLog> log;
  for (const auto& line : all_lines_in(directory)) {
    const auto front = read_line_front(line);
    if (!front || front->body.tunnel == 0) continue;
    auto& tunnel = log[front->body.tunnel];
    tunnel.opens += front->body.action == "open" ? 1 : 0;
    tunnel.closes += front->body.action == "close" ? 1 : 0;
    tunnel.torn += front->body.action == "torn" ? 1 : 0;
  }
  int wrong = 0;
  const auto last = std::min<std::uint32_t>(promises.next_tunnel, most_tunnels);
  for (std::uint32_t i = 1; i < last; ++i) {
    const auto promise = promises.of_tunnel[i].load();
    const auto found = log[i];
    const bool once = found.opens <= 1 && found.closes + found.torn == found.opens;
    const bool kept = promise <= opening || found.opens == 1;
    const bool ended = promise != closed || found.closes == 1;
    if (once && kept && ended) continue;
    if (++wrong < 10)
      std::fprintf(stderr, "tunnel %u, promised %d: %d opens, %d closes, %d torn\n", i, promise, found.opens,
                   found.closes, found.torn);
  }
  return wrong;
}

/// One time in four while it starts, most likely in the middle of a recovery; else once it has opened some tunnels.
void wait_for_the_moment(const Promises& promises, std::mt19937& random) {
  if (random() % 4 == 0) {
    ::usleep(static_cast<useconds_t>(random() % 60'000));
    return;
  }
  const auto until = promises.next_tunnel.load() + 1 + random() % 800;
  static_cast<void>(holds_soon([&] { return promises.next_tunnel.load() >= until; }));
  ::usleep(static_cast<useconds_t>(random() % 3'000));
}

int run(int rounds, std::uint32_t seed) {
  auto* const promises = static_cast<Promises*>(
      ::mmap(nullptr, sizeof(Promises), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  promises->next_tunnel = 1;
  std::mt19937 random(seed);
  int wrong = 0;
  const TemporaryDirectory directory;
  for (int round = 0; round < rounds && wrong == 0; ++round) {
    const auto durability = round % 2 == 0 ? Durability::group : Durability::fsync;
    const auto child_seed = static_cast<std::uint32_t>(random());
    const auto pid = ::fork();
    if (pid == 0) child(directory.path(), durability, *promises, child_seed);
    wait_for_the_moment(*promises, random);
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    if (!WIFSIGNALED(status)) {
      std::fprintf(stderr, "round %d: the journal ended by itself\n", round);
      ++wrong;
    }
  }
  {
    const auto last = Journal::open(settings(directory.path(), Durability::group));
    if (last.has_error()) {
      std::fprintf(stderr, "%s\n", last.error().text().c_str());
      return 1;
    }
  }
  const auto result = verify(directory.path());
  if (result.has_error() || !result->intact()) {
    std::fprintf(stderr, "%s", result.has_error() ? result.error().text().c_str() : faults_of(*result).c_str());
    return 1;
  }
  wrong += hold_against(directory.path(), *promises);
  if (result->live != 0 || result->gaps != 0 || result->opens != result->closes + result->torn) ++wrong;
  std::printf("%d rounds: %llu lines in %llu segments, %llu opened = %llu closed + %llu torn, %d wrong\n", rounds,
              static_cast<unsigned long long>(result->lines), static_cast<unsigned long long>(result->segments),
              static_cast<unsigned long long>(result->opens), static_cast<unsigned long long>(result->closes),
              static_cast<unsigned long long>(result->torn), wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace shirgate::test

int main(int argc, char** argv) {
  CLI::App app("Kills a journal at random moments and holds its log against what it had promised.");
  int rounds = 30;
  std::uint32_t seed = std::random_device{}();
  app.add_option("--rounds", rounds);
  app.add_option("--seed", seed);
  CLI11_PARSE(app, argc, argv);
  std::printf("seed %u\n", seed);
  return shirgate::test::run(rounds, seed);
}
