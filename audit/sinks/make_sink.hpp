// From what the configuration says to what takes lines.
#pragma once

#include <memory>

#include "audit/sinks/sink.hpp"
#include "config/sink.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Reads the files the settings name, and connects to nobody. The complaint names the sink and never a secret.
[[nodiscard]] Checked<std::unique_ptr<Sink>> make_sink(const SinkSettings& settings);

}  // namespace shirgate
