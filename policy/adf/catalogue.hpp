// What Microsoft documents that a self-hosted integration runtime needs on the network, as values. The data itself is
// catalogue.toml beside this file; config/ reads it, because TOML is read there. Owns its text and never changes after
// it was read, so it is shared as shared_ptr<const Catalogue>.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/adf/fact.hpp"
#include "policy/adf/factory.hpp"
#include "policy/reason.hpp"

namespace shirgate::adf {

/// How a row travels.
enum class Transport : std::uint8_t {
  tls_connect,
  wss_connect,  ///< WebSocket over TLS, long silent
  tds_direct,   ///< SQL; SqlClient knows no HTTP proxy
  http_plain,
  nettcp_lan,  ///< between the nodes
  comparison,  ///< of another product; the row only names what is seen
};
[[nodiscard]] std::string_view to_string(Transport transport);
[[nodiscard]] std::optional<Transport> parse_transport(std::string_view word);

/// Both ends belong to it.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  [[nodiscard]] bool is_one() const { return first == last; }
  [[nodiscard]] bool contains(std::uint16_t port) const { return first <= port && port <= last; }
  [[nodiscard]] friend bool operator==(const PortRange&, const PortRange&) = default;
};
/// "443" or "11000-11999".
[[nodiscard]] std::string to_string(const PortRange& ports);

/// One name the documents ask for. "{vault}" and friends stand for an input of the same name; a row whose input has
/// several values derives once per value.
struct CatalogueRow {
  std::string id;
  std::string channel;
  std::string pattern;  ///< what the documents say: a host, "*.suffix", or words in <> for what is no name
  std::string pin;      ///< the narrower name to use when its inputs are known; empty where there is none
  PortRange ports;
  Transport transport = Transport::tls_connect;
  std::string cloud;         ///< public, usgov, china or all
  std::vector<Fact> needs;   ///< the row applies when all of these hold
  std::string requirement;   ///< required, conditional, optional, observed, disputed, historic or comparison
  std::string private_link;  ///< where the name should resolve with Private Link: private, public, per-store or n/a
  bool quiet = false;        ///< its tunnels are honestly silent for hours
  std::string purpose;
  std::string confidence;  ///< "documented", or what else is known
  std::vector<std::string> sources;
  std::string note;
  std::string setting;  ///< what to write into [[runtime]] to get the row; may hold its {inputs}

  [[nodiscard]] bool may_be_private() const { return private_link == "private" || private_link == "per-store"; }
};

struct Source {
  std::string id;
  std::string title;
  std::string where;
  std::string version;
};

struct ChannelRow {
  std::string id;
  std::string title;
  std::string wire;
  std::string through_proxy;  ///< yes, no, plain-http or browser
  std::string private_link;
  std::string service_tag;  ///< of Azure, for rules that know no names; empty where none covers the channel
};

/// A private DNS zone and the public one it stands in for.
struct DnsZone {
  std::string cloud;
  std::string channel;
  std::string zone;
  std::string public_zone;
  std::string record;
  std::string note;
};

/// A region's code in the host names of keys without a factory endpoint.
struct FrontendCode {
  std::string region;
  std::string code;
  std::string cloud;
  std::string confidence;
};

/// What the integration runtime says when something of this kind is wrong on the network.
struct ErrorMessage {
  std::string message;
  std::string where;
  std::string meaning;
  std::string reason;   ///< a Reason of ours that shows itself like this; may be empty
  std::string channel;  ///< on this channel
  /// How it feels to a .NET client: refused, cut or untrusted; empty where the message is about something else.
  std::string symptom;
};

struct Disagreement {
  std::string topic;
  std::string detail;
  std::string taken;
};

/// Inputs with exactly the lines they derive. A catalogue whose examples fail is not taken.
struct Example {
  std::string name;
  Factory inputs;
  std::set<std::string> expect;
};

/// Something the inputs must not let out, and why not.
struct Negative {
  std::string name;
  Factory inputs;
  std::string attempt;  ///< "host:port", may be malformed
  std::vector<Address> answers;
  Reason reason;
  std::string why;
};

struct Catalogue {
  std::string version;  ///< the day the documents were read, YYYY-MM-DD
  std::vector<Source> sources;
  std::vector<ChannelRow> channels;
  std::vector<CatalogueRow> rows;
  std::vector<DnsZone> dns_zones;
  std::vector<FrontendCode> frontend_codes;
  std::vector<ErrorMessage> errors;
  std::vector<Disagreement> disagreements;
  std::vector<Example> examples;
  std::vector<Negative> negatives;
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> regions;  ///< by cloud, as ARM writes them
  /// Suffixes under which anybody can register a name. A wildcard there lets data out to strangers, so it needs a pin
  /// or somebody's name on the risk.
  std::vector<std::string> shared_tenant_suffixes;
  /// Suffixes that many services share: a wildcard right under one is refused whatever stands beside it.
  std::vector<std::string> platform_suffixes;

  [[nodiscard]] const ChannelRow* channel(std::string_view id) const;
  /// Title of the source a reference like "S5 Firewall requirements" begins with; the reference itself where unknown.
  [[nodiscard]] std::string cite(std::string_view reference) const;
};

/// catalogue.toml as it was when this program was built.
[[nodiscard]] std::string_view builtin_catalogue_text();

}  // namespace shirgate::adf
