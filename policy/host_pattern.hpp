// What a rule says about names: one exact host, or "*.suffix".
#pragma once

#include <string>
#include <string_view>

#include "policy/checked.hpp"
#include "policy/target.hpp"

namespace shirgate {

/// "*.x" stands for one or more labels before x and never for x itself, as Microsoft writes *.core.windows.net for
/// acct.blob.core.windows.net. The star may only be the whole first label.
class HostPattern {
 public:
  [[nodiscard]] bool is_wildcard() const { return wildcard_; }
  /// The host of an exact pattern, the part after "*." of a wildcard.
  [[nodiscard]] const std::string& name() const { return name_.text(); }
  [[nodiscard]] std::string text() const { return wildcard_ ? "*." + name() : name(); }
  [[nodiscard]] bool matches(const Host& host) const;
  [[nodiscard]] friend bool operator==(const HostPattern&, const HostPattern&) = default;

 private:
  friend Checked<HostPattern> parse_pattern(std::string_view text);
  HostPattern(Host name, bool wildcard) : name_(std::move(name)), wildcard_(wildcard) {}
  Host name_;
  bool wildcard_;
};

/// Reads one pattern. Refuses a bare star, a star anywhere but in front, and a wildcard right under a top-level domain.
[[nodiscard]] Checked<HostPattern> parse_pattern(std::string_view text);

}  // namespace shirgate
