// The subcommands. Each prints one JSON object and gives the exit code.
#pragma once
#include "options.hpp"

namespace load {

/// The far ends, until stdin closes.
int run_ends(Options& options);
int run_bulk(Options& options);
int run_setup(Options& options);
int run_rtt(Options& options);
int run_idle(Options& options);
int run_mixed(Options& options);
/// A wire with a delay, until stdin closes.
int run_delay(Options& options);

}  // namespace load
