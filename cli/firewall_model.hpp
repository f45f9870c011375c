// The firewall's copy of the truth: who may reach the gate, what the gate may reach, and apart from both what an
// operator has to decide. Made once from a configuration; each firewall's language writes the same model
// (firewall_text.hpp). Closed unless said: what a language can't express is left out, never opened wider in silence.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "policy/adf/catalogue.hpp"
#include "policy/checked.hpp"

namespace shirgate {

enum class Family : std::uint8_t { v4, v6 };

struct FirewallModel {
  struct Clients {
    Name runtime;
    RuntimeKind kind;  ///< an integration runtime reaches nothing but the gate; a browser's host has other ways
    std::vector<AddressRange> ranges;
  };
  /// Rules of the gate that are one to a firewall, which sees the gate and not for whom it dials.
  struct Exit {
    HostPattern pattern;
    std::uint16_t port;
    Protocol protocol;
    std::vector<AddressRange> addresses;  ///< empty: public addresses
    std::string service_tag;              ///< of Azure; empty where none covers the host
    std::vector<const Rule*> rules;
  };
  /// Something that never goes through the gate.
  struct Direct {
    Name runtime;
    const adf::CatalogueRow* row;
    std::string host;
    std::string service_tag;
    std::string_view why;  ///< it does not, and what to do
  };
  /// What a machine may need besides the gate. Only the operator knows which of these, and where they are.
  struct Neighbour {
    std::string_view word;
    std::string_view protocol;  ///< "tcp" or "udp"
    std::string_view ports;     ///< "53" or "88, 49152-65535"
    std::string_view to;        ///< an address, or in capitals what only the operator can put in
    std::string_view meaning;
    bool of_the_platform = false;  ///< Azure's host itself answers: no router or firewall on the way sees it
  };

  std::vector<Clients> clients;
  std::vector<Endpoint> gate;  ///< where clients reach it; never a wildcard, never loopback
  std::vector<Exit> exits;
  std::vector<Endpoint> name_servers;      ///< of the gate, as far as they are known and not on its own machine
  bool asks_unknown_name_servers = false;  ///< the system's, or whom a resolver on the machine asks; see the notes
  std::vector<Direct> direct;
  std::vector<Neighbour> neighbours;
  std::vector<std::string> notes;  ///< what the reader must know, one sentence each
};

/// `gate` replaces the addresses of [gate] listen and is needed where those are wildcards or loopback. What has expired
/// at `now` is not opened. Points into `config`, which must outlive it.
[[nodiscard]] Checked<FirewallModel> firewall_model(const Config& config, std::span<const Address> gate, Time now);

[[nodiscard]] Family family_of(const Address& address);
/// The ranges of that family, as text.
[[nodiscard]] std::vector<std::string> ranges_of(std::span<const AddressRange> ranges, Family family);
/// The addresses of that family, each once, as text.
[[nodiscard]] std::vector<std::string> addresses_of(std::span<const Endpoint> endpoints, Family family);
/// The host as firewalls write it. For the relay's gateways that is wider than the rule.
[[nodiscard]] std::string firewall_host(const FirewallModel::Exit& exit);
/// "runtime/row/host; runtime/row/host (CHG-1)": the rules behind an exit with their tickets, printable.
[[nodiscard]] std::string rules_behind(const FirewallModel::Exit& exit);
[[nodiscard]] bool is_wider_than_the_rule(const FirewallModel::Exit& exit);

}  // namespace shirgate
