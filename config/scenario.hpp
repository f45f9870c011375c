// A scenario of the lab: a gate's configuration, the network around it, the node behind it, and what should come of
// that. One TOML file, shaped like shirgate.toml with a few tables more.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace shirgate::lab {

/// What a channel came to for the node.
enum class Outcome : std::uint8_t {
  unused,    ///< the node asked for nothing there
  works,     ///< everything it tried
  degraded,  ///< some of it
  blocked,   ///< nothing of it
};
[[nodiscard]] std::string_view to_string(Outcome outcome);

/// `reasons` are those with which the gate ended what did not work: exactly these, in any order and number. Empty
/// where it was not the gate that ended it.
struct Expected {
  Outcome outcome = Outcome::works;
  std::set<Reason> reasons{};
  [[nodiscard]] friend bool operator==(const Expected&, const Expected&) = default;
};

/// How the name server behaves.
enum class DnsState : std::uint8_t { answers, silent, fails };

/// What lies between gate and Azure, where it differs from a good network.
struct Network {
  DnsState dns = DnsState::answers;
  /// Where names lead, for those that do not lead to the pretend Azure's own (public) address.
  std::map<std::string, std::vector<Address>, std::less<>> answers{};
  std::set<std::string, std::less<>>
      re_signed{};                              ///< channels behind a middlebox that puts its own certificate in place
  std::set<std::string, std::less<>> silent{};  ///< channels whose servers take connections and say nothing
  std::int64_t kib_per_second = 0;  ///< that each connection gets, each way, or, in namespaces, all of them; 0: any
  std::int64_t delay_ms = 0;        ///< of each packet, each way; in namespaces only
  std::int64_t loss_percent = 0;    ///< of TCP's packets, each way; in namespaces only
  bool disk_full = false;           ///< the gate's disk takes no more, from the start of the run on
  std::string rendezvous{};         ///< the host that Azure Relay sends the node to; empty: the second relay host

  [[nodiscard]] std::int64_t bytes_per_second() const { return kib_per_second * 1024; }
};

/// What its SQL client asks for; SqlClient's words.
enum class SqlEncryption : std::uint8_t {
  mandatory,  ///< TDS 7.4: PRELOGIN in the clear, then TLS
  strict,     ///< TDS 8: TLS from the first byte
};

/// The pretend node: which factory it belongs to and what it does.
struct Node {
  std::string factory = "contoso-prod";
  std::string region = "westeurope";
  bool self_contained = false;     ///< interactive authoring travels with control, not through Azure Relay
  std::string sql_login = "shir";  ///< the pretend server knows this one only
  SqlEncryption sql_encryption = SqlEncryption::mandatory;
  std::vector<std::string> uses{};  ///< channels, in the order they are walked
};
/// Every channel a pretend node can use.
[[nodiscard]] const std::vector<std::string_view>& walkable_channels();

/// What somebody tries who is not the integration runtime, or who has taken it over.
enum class Opening : std::uint8_t {
  hello,         ///< a ClientHello for the host it asked for
  another_name,  ///< for `name`
  no_name,
  second_hello,  ///< for the host; another for `name` once the server asks again
  ssh,
};

struct Trick {
  std::string title;
  std::string target;  ///< "host:port" as CONNECT has it; may be malformed
  Opening opening = Opening::hello;
  std::string name{};                       ///< the other name
  std::vector<Address> resolves{};          ///< what DNS says of the host; empty: nobody may look it up
  Reason reason = Reason::host_not_listed;  ///< `allowed`: it gets through
};

struct Scenario {
  std::string name;
  std::string title;
  std::string description;
  Config config;                           ///< of the gate; the lab adds listeners, log, name server
  std::shared_ptr<const Policy> reloaded;  ///< put into force while the node is at work; null: nothing is
  Network network;
  Node node;
  std::map<std::string, Expected, std::less<>> expect;  ///< by channel: each that the node uses
  std::string status;                                   ///< of the node in the portal
  std::vector<Trick> tricks;
  /// What `shirgate report` must name as not let out, beside the tricks: "host:port reason", exactly these.
  std::set<std::string> refused;
  /// The same for what only report mode let out.
  std::set<std::string> reported;
};

using ScenarioResult = boost::system::result<Scenario, Mistakes>;

/// The scenario, or every mistake with its line and what to write instead. `file` names the text.
[[nodiscard]] ScenarioResult load_scenario(std::string_view text, std::string_view file);
[[nodiscard]] ScenarioResult load_scenario_file(const std::string& path);

}  // namespace shirgate::lab
