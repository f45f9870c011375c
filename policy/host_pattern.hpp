// What a rule says about names: one exact host, "*.suffix", or the gateway hosts of Azure Relay.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/checked.hpp"
#include "policy/target.hpp"

namespace shirgate {

/// "*.x" stands for one or more labels before x and never for x itself, as Microsoft writes *.core.windows.net for
/// acct.blob.core.windows.net. The star may only be the whole first label.
class HostPattern {
 public:
  enum class Shape : std::uint8_t { exact, any_below, relay_gateway_below };
  [[nodiscard]] Shape shape() const { return shape_; }
  [[nodiscard]] bool is_wildcard() const { return shape_ != Shape::exact; }
  /// The host of an exact pattern, the suffix of a wildcard.
  [[nodiscard]] const std::string& name() const { return name_.text(); }
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool matches(const Host& host) const;
  [[nodiscard]] friend bool operator==(const HostPattern&, const HostPattern&) = default;

 private:
  friend Checked<HostPattern> parse_pattern(std::string_view text);
  friend HostPattern relay_gateways_below(const HostPattern& wildcard);
  HostPattern(Host name, Shape shape) : name_(std::move(name)), shape_(shape) {}
  Host name_;
  Shape shape_;
};

/// Reads one pattern: exact or "*.suffix". Refuses a bare star, a star anywhere but in front, and a wildcard right
/// under a suffix that registries sell names under ("*.net", "*.co.uk").
[[nodiscard]] Checked<HostPattern> parse_pattern(std::string_view text);

/// Of the hosts below the wildcard's suffix only those that relay_gateway_suffix() knows.
[[nodiscard]] HostPattern relay_gateways_below(const HostPattern& wildcard);

/// "servicebus.windows.net" for "g12-prod-am2-001-sb.servicebus.windows.net" or "gv3-…": the hosts behind an Azure
/// Relay namespace that answer its rendezvous WebSockets. Empty for every other name. Nobody can rent such a name:
/// Azure refuses namespaces that end in "-sb".
[[nodiscard]] std::string_view relay_gateway_suffix(const Host& host);

}  // namespace shirgate
