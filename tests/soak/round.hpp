// One round of a soak: a real gate that moves bytes one way, all tunnels of the seed through it, and the books checked.
#pragma once

#include <string>
#include <vector>

#include "script.hpp"

namespace shirgate::soak {

/// What went wrong; empty where nothing did.
[[nodiscard]] std::vector<std::string> run_round(const Options& options, const std::string& relay);

}  // namespace shirgate::soak
