// What a replay found, for people and for scripts. What the log holds may be hostile; here it is only text.
#pragma once

#include <string>

#include "audit/replay.hpp"

namespace shirgate {

[[nodiscard]] std::string replay_as_text(const Replay& replay, std::size_t width);
/// One object, printable ASCII, with a line end.
[[nodiscard]] std::string replay_as_json(const Replay& replay);

}  // namespace shirgate
