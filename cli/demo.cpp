#include "cli/commands.hpp"
namespace shirgate {
void add_demo(CLI::App&, Chosen&) {}
}  // namespace shirgate
