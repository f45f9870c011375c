// What an operator says about one factory: the inputs of the derivation, one table that spells each as the catalogue
// does and as the configuration does.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/address.hpp"
#include "policy/checked.hpp"
#include "policy/name.hpp"
#include "policy/rule.hpp"

namespace shirgate::adf {

enum class Authoring : std::uint8_t { relay, self_contained, off };

/// Where the channels with a private endpoint must resolve to.
struct PrivateLink {
  bool used = false;  ///< the factory itself has a private endpoint
  std::map<std::string, std::vector<AddressRange>, std::less<>> ranges{};  ///< by channel
};

using Texts = std::vector<std::string>;

/// Every text has passed the check of its row in the input table.
struct Factory {
  Name runtime{};
  RuntimeKind kind = RuntimeKind::shir;  ///< a browser needs the portal and nothing else
  std::string product = "adf";
  std::string name{};
  std::string region{};
  std::string cloud = "public";
  std::string key_form = "fqdn";
  std::string frontend_code{};
  bool auto_update = true;
  Authoring interactive_authoring = Authoring::relay;
  bool local_credentials = false;
  Texts relay_hosts{};
  bool relay_gateways = false;
  bool staged_copy = false;
  Texts staging_accounts{};
  bool blob = false;
  bool adls_gen2 = false;
  bool adls_gen1 = false;
  Texts storage_accounts{};
  std::string storage_endpoint = "standard";
  std::string storage_zone{};
  std::string sql = "none";
  Texts sql_servers{};
  std::string sql_route = "proxy";
  bool synapse_sql = false;
  Texts synapse_workspaces{};
  bool key_vault = false;
  Texts key_vaults{};
  bool entra_auth = false;
  PrivateLink private_link{};
  bool revocation = false;
  bool portal = false;
  bool setup = false;
  bool ha = false;
  bool remote_access = false;
  std::string purview{};
  std::string managed_storage{};
};

using InputField = std::variant<bool Factory::*, std::string Factory::*, Texts Factory::*, Authoring Factory::*,
                                PrivateLink Factory::*>;
using NameCheck = Checked<std::string> (*)(std::string_view);

/// One input, as the catalogue and as the configuration spell it. A Texts input is one value in the catalogue's
/// spelling and a list in the configuration's: each item derives the row once.
struct InputRow {
  std::string_view input;
  std::string_view key;  ///< in [[runtime]]
  InputField field;
  std::span<const std::string_view> words;  ///< the words it may be; empty where `check` decides
  NameCheck check;                          ///< null for flags and words
  std::string_view meaning;
};
[[nodiscard]] std::span<const InputRow> input_table();
/// The row of that input; null when there is none.
[[nodiscard]] const InputRow* find_input(std::string_view input);

/// What a placeholder of the catalogue stands for: no value, one, or several.
[[nodiscard]] Texts values_of(std::string_view placeholder, const Factory& factory);

}  // namespace shirgate::adf
