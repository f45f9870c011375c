// Any text as a configuration. Property: it loads or it is refused with mistakes that say something; a policy that
// loads answers questions. A text may name a catalogue file; whatever that is, it is bounded in size and compared with
// its hash before anybody reads it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/load.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shirgate;
  const std::string text(reinterpret_cast<const char*>(data), size);
  constexpr Time now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
  const auto loaded = load(text, "fuzz.toml", now);
  if (loaded.has_error()) {
    require(!loaded.error().empty());
    for (const auto& mistake : loaded.error()) require(!mistake.text.empty());
    return 0;
  }
  const Asked asked{.target = {*parse_host("evil.example"), 443}};
  const auto answer = *parse_address("169.254.169.254");
  for (const auto& runtime : loaded->policy->runtimes()) {
    const auto verdict = loaded->policy->decide(runtime.name, asked, now);
    if (verdict.allowed())
      require(loaded->policy->judge_addresses(verdict, {&answer, 1}) == Reason::address_prohibited);
  }
  return 0;
}
