// Configurations for tests: a good one, and the same with one line changed. A changed line ends in "#!", so that a test
// knows where the mistake must be reported.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/load.hpp"

namespace shirgate::test {

/// Key and value as they are written; a block is a TOML table without its header.
using Block = std::vector<std::pair<std::string, std::string>>;

/// Puts `value` at `key`; an empty value removes the key.
inline Block with(Block block, std::string_view key, std::string_view value) {
  const auto at = std::find_if(block.begin(), block.end(), [&](const auto& line) { return line.first == key; });
  if (value.empty()) {
    block.erase(at);
    block.emplace_back("#!", "");
  } else if (at == block.end()) {
    block.emplace_back(key, std::string(value) + " #!");
  } else {
    at->second = std::string(value) + " #!";
  }
  return block;
}

/// The header carries the mark where a key was removed.
inline std::string written(std::string_view header, const Block& block) {
  std::string text;
  bool mark_header = false;
  for (const auto& [key, value] : block) {
    if (key == "#!")
      mark_header = true;
    else
      text += key + " = " + value + '\n';
  }
  return std::string(header) + (mark_header ? " #!\n" : "\n") + text;
}

inline const Block good_gate{{"listen", R"(["10.20.0.10:3128"])"}};
inline const Block good_audit{{"directory", R"("/var/lib/shirgate/audit")"}};
inline const Block good_runtime{{"name", R"("prod")"},
                                {"clients", R"(["10.20.0.21/32"])"},
                                {"factory", R"("contoso-prod")"},
                                {"region", R"("westeurope")"},
                                {"auto_update", "false"},
                                {"interactive_authoring", R"("off")"}};
inline const Block good_allow{
    {"runtime", R"("prod")"}, {"channel", R"("erp")"}, {"hosts", R"(["erp.contoso.example"])"}, {"ports", "[443]"}};

struct Text {
  Block gate = good_gate;
  Block audit = good_audit;
  Block runtime = good_runtime;
  std::string rest{};

  [[nodiscard]] std::string text() const {
    return written("[gate]", gate) + written("[audit]", audit) + written("[[runtime]]", runtime) + rest;
  }
};

inline std::string with_gate(std::string_view key, std::string_view value) {
  return Text{.gate = with(good_gate, key, value)}.text();
}
inline std::string with_audit(std::string_view key, std::string_view value) {
  return Text{.audit = with(good_audit, key, value)}.text();
}
inline std::string with_runtime(std::string_view key, std::string_view value) {
  return Text{.runtime = with(good_runtime, key, value)}.text();
}
inline std::string with_allow(std::string_view key, std::string_view value) {
  return Text{.rest = written("[[allow]]", with(good_allow, key, value))}.text();
}
inline std::string with_rest(std::string_view rest) { return Text{.rest = std::string(rest)}.text(); }

/// The number of the line that is marked.
inline std::uint32_t marked_line(const std::string& text) {
  const auto mark = text.find("#!");
  return mark == std::string::npos ? 0
                                   : 1 + static_cast<std::uint32_t>(std::count(
                                             text.begin(), text.begin() + static_cast<std::ptrdiff_t>(mark), '\n'));
}

inline Mistakes mistakes_in(std::string_view text) {
  auto config = load(text, "t.toml");
  return config.has_error() ? config.error() : Mistakes{};
}

inline std::string all_of(const Mistakes& mistakes) {
  std::string text;
  for (const auto& mistake : mistakes) text += to_string(mistake) + '\n';
  return text;
}

}  // namespace shirgate::test
