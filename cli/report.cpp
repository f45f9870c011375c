#include "cli/commands.hpp"
namespace shirgate {
void add_report(CLI::App&, Chosen&) {}
}  // namespace shirgate
