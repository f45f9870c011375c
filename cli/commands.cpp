#include "cli/commands.hpp"

namespace shirgate {

void add_commands(CLI::App& app, Chosen& chosen) {
  for (const auto add : {add_serve, add_demo, add_lab, add_init, add_check, add_lint, add_rules, add_catalog,
                         add_explain, add_report, add_replay, add_learn, add_verify, add_shir_config})
    add(app, chosen);
}

}  // namespace shirgate
