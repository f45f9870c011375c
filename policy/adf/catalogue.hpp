// What Microsoft documents that a self-hosted integration runtime needs on the network, as data. Each row says which
// name on which port, in which cloud, under which conditions, and which document asks for it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "policy/rule.hpp"

namespace shirgate::adf {

/// A fact about the factory that a row may depend on. A row applies when all the facts it needs hold.
enum class Fact : std::uint8_t {
  factory_key,      ///< the IR key names the factory's own endpoint
  relay_authoring,  ///< interactive authoring travels over Azure Relay
  auto_update,
  staged_copy,
  key_vault,
  entra_auth,  ///< a linked service signs in with a service principal or managed identity from the SHIR
};

/// "{factory}" and friends stand for an input; a row with a plural input derives once per item.
///   pattern: what the documents ask for;  pin: the narrower name to use when its inputs are known ("" where none is).
struct CatalogueRow {
  std::string_view id;
  std::string_view channel;
  std::string_view pattern;
  std::string_view pin;
  std::uint16_t port;
  Protocol protocol;
  std::string_view cloud;  ///< "public", "usgov", "china" or "all"
  Fact needs;
  bool may_be_private;  ///< its name may resolve to a private endpoint
  bool may_be_quiet;    ///< its tunnels are honestly silent for hours
  std::string_view purpose;
  std::string_view source;
};

struct Catalogue {
  std::string_view version;  ///< the day the documents were read
  std::span<const CatalogueRow> rows;
};

/// The catalogue compiled into this program.
[[nodiscard]] const Catalogue& builtin_catalogue();

/// Suffixes under which anybody can register a name. A wildcard there lets data out to strangers, so it needs a pin or
/// somebody's name on the risk.
[[nodiscard]] std::span<const std::string_view> shared_tenant_suffixes();

/// True for the suffix itself and for every name below it; a look-alike has no dot before the suffix.
[[nodiscard]] bool is_at_or_under(std::string_view name, std::string_view suffix);

/// The shared-tenant suffix that a wildcard reaches into, or empty.
[[nodiscard]] std::string_view shared_tenant_suffix_of(const HostPattern& pattern);

}  // namespace shirgate::adf
