// From what a factory is to the rules it needs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/adf/catalogue.hpp"
#include "policy/checked.hpp"
#include "policy/rule.hpp"

namespace shirgate::adf {

enum class Authoring : std::uint8_t { relay, self_contained, off };

/// What an operator says about one factory. Names are checked by the functions below before they get here.
struct Factory {
  Name runtime{};
  std::string name{};
  std::string region{};
  std::string cloud = "public";
  bool auto_update = true;
  Authoring interactive_authoring = Authoring::relay;
  std::vector<std::string> relay_hosts{};
  std::vector<std::string> staging_accounts{};
  std::vector<std::string> key_vaults{};
  bool entra_auth = false;
  /// channel -> where its names must resolve to
  std::map<std::string, std::vector<AddressRange>, std::less<>> private_link{};
};

/// The rules the factory needs, each with the row and the document it comes from.
[[nodiscard]] std::vector<Rule> derive(const Catalogue& catalogue, const Factory& factory);

/// Microsoft's naming rules for what goes into a host name; lower-cased on success.
[[nodiscard]] Checked<std::string> check_factory_name(std::string_view text);
[[nodiscard]] Checked<std::string> check_region(std::string_view text);
[[nodiscard]] Checked<std::string> check_storage_account(std::string_view text);
[[nodiscard]] Checked<std::string> check_key_vault(std::string_view text);
/// A host below the relay suffix, as "View Service URLs" lists them.
[[nodiscard]] Checked<std::string> check_relay_host(std::string_view text);

}  // namespace shirgate::adf
