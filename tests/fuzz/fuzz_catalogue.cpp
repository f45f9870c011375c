// Any bytes as a requirement catalogue. Property: it is refused with mistakes that say something, or it keeps its own
// promises and every need that the gate carries becomes a rule.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/load_catalogue.hpp"
#include "policy/adf/derive.hpp"
#include "policy/adf/self_check.hpp"

namespace {

using namespace shirgate;

void require(bool holds) {
  if (!holds) std::abort();
}

/// A factory that uses everything, under the longest names there are.
adf::Factory greedy(std::string_view cloud, std::string_view key_form) {
  adf::Factory factory{.runtime = Name("fuzz")};
  factory.cloud = cloud;
  factory.key_form = key_form;
  factory.name = factory.purview = std::string(63, 'f');
  factory.region = std::string(40, 'r');
  factory.frontend_code = std::string(15, 'c');
  factory.local_credentials = factory.relay_gateways = factory.staged_copy = true;
  factory.blob = factory.adls_gen2 = factory.adls_gen1 = factory.synapse_sql = factory.key_vault = true;
  factory.entra_auth = factory.revocation = factory.portal = factory.setup = factory.ha = true;
  factory.relay_hosts = {std::string(63, 'a') + '.' + std::string(63, 'b') + '.' + std::string(63, 'c') + '.' +
                         std::string(61, 'd')};
  factory.staging_accounts = factory.storage_accounts = factory.key_vaults = {std::string(24, 's'), "two"};
  factory.sql = "source";
  factory.sql_servers = {std::string(63, 'q')};
  factory.synapse_workspaces = {std::string(50, 'w')};
  factory.storage_zone = "z05";
  factory.managed_storage = std::string(24, 'm');
  factory.private_link.used = true;
  for (const auto* channel : {"control", "keyvault", "staged"})
    factory.private_link.ranges[channel] = {*parse_range("10.30.0.0/24")};
  return factory;
}

void derive_all(const adf::Catalogue& catalogue, const adf::Factory& factory) {
  for (const auto& need : adf::derive(catalogue, factory)) {
    require(!adf::to_line(need, factory).empty());
    if (adf::carried_by(*need.row) != adf::Carrier::gate) {
      require(!adf::why_not_carried(*need.row).empty());
      continue;
    }
    const auto rule = adf::make_rule(catalogue, need, factory);
    require(!rule.pattern.name().empty());
    require(!rule.address_advice.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = parse_catalogue(text, "fuzz.toml");
  if (parsed.has_error()) {
    require(!parsed.error().empty());
    for (const auto& mistake : parsed.error()) require(!mistake.text.empty());
    return 0;
  }
  require(adf::failing_examples(**parsed).empty() && adf::failing_negatives(**parsed).empty());
  derive_all(**parsed, {});
  derive_all(**parsed, {.kind = RuntimeKind::browser});
  for (const auto* cloud : {"public", "usgov", "china"})
    for (const auto* key_form : {"fqdn", "legacy"}) derive_all(**parsed, greedy(cloud, key_form));
  return 0;
}
