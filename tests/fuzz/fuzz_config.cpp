// Any text as a configuration. Property: it loads or it is refused with mistakes that say something; a policy that
// loads answers questions.
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
  const auto loaded = load(text, "fuzz.toml");
  if (loaded.has_error()) {
    require(!loaded.error().empty());
    for (const auto& mistake : loaded.error()) require(!mistake.text.empty());
    return 0;
  }
  const Asked asked{.target = {*parse_host("evil.example"), 443}};
  for (const auto& runtime : loaded->policy->runtimes())
    static_cast<void>(loaded->policy->decide(runtime.name, asked, Time{}));
  return 0;
}
