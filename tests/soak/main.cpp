// The same tunnels through the gate for each way of moving bytes: copying, which is simple enough to be believed, and
// the others, which must do the same. Fails on one wrong byte, a stall, a leak, or a tunnel without exactly one close.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <random>

#include "round.hpp"

int main(int argc, char** argv) {
  using shirgate::soak::Options;
  Options options;
  options.seed = std::random_device()();
  CLI::App app("Opens many tunnels through a gate and checks every byte.");
  app.add_option("--tunnels", options.tunnels, "how many, one after the other or at once");
  app.add_option("--bytes", options.bytes, "at most, in each direction of a tunnel");
  app.add_option("--least-bytes", options.least_bytes, "at least");
  app.add_option("--seed", options.seed, "of everything that happens; by chance where none is given");
  app.add_option("--workers", options.workers, "of the gate");
  app.add_option("--concurrent", options.concurrent, "tunnels open at once");
  app.add_option("--relay", options.relay, "copy, splice, auto or all of them")
      ->check(CLI::IsMember({"copy", "splice", "auto", "all"}));
  CLI11_PARSE(app, argc, argv);

  fmt::print("seed {}\n", options.seed);
  std::size_t complaints = 0;
  for (const std::string relay : {"copy", "splice", "auto"}) {
    if (options.relay != "all" && options.relay != relay) continue;
    for (const auto& complaint : shirgate::soak::run_round(options, relay)) {
      fmt::print("{}: {}\n", relay, complaint);
      ++complaints;
    }
  }
  fmt::print("{} with seed {}\n", complaints == 0 ? "all is well" : "FAILED", options.seed);
  return complaints == 0 ? 0 : 1;
}
