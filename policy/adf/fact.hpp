// What may be true of a factory, by name. A catalogue row lists the facts it needs and nothing else: its condition can
// be read in the data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace shirgate::adf {

struct Factory;

enum class Fact : std::uint8_t {
  factory_key,
  regional_key,
  relay_authoring,
  self_contained_authoring,
  local_credentials,
  relay_gateways,
  auto_update,
  setup,
  staged_copy,
  blob,
  adls_gen2,
  adls_gen1,
  standard_storage,
  dns_zone_storage,
  direct_sql,
  redirect_public,
  redirect_private,
  synapse_sql,
  key_vault,
  entra_auth,
  entra_tokens,
  purview,
  revocation,
  portal,
  node_link,
  never,
};

struct FactRow {
  Fact fact;
  std::string_view word;  ///< as the catalogue writes it
  bool (*holds)(const Factory&);
  std::string_view meaning;
};

/// Every fact, in the order of the enum.
[[nodiscard]] std::span<const FactRow> fact_table();
[[nodiscard]] std::optional<Fact> parse_fact(std::string_view word);
[[nodiscard]] std::string_view to_string(Fact fact);
[[nodiscard]] bool holds(Fact fact, const Factory& factory);

}  // namespace shirgate::adf
