// From what a factory is to what it needs on the network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/adf/catalogue.hpp"
#include "policy/adf/factory.hpp"
#include "policy/rule.hpp"

namespace shirgate::adf {

/// One line of what the documents ask for. The row belongs to the catalogue it was derived from, which must outlive it.
struct Need {
  const CatalogueRow* row;
  std::string host;  ///< a host, "*.suffix", or words in <> for what is no name
};

/// Every row that applies, once per known name: its pin where the inputs of the pin are known, its pattern otherwise.
/// Private Link adds and removes nothing, it only changes where names must resolve to.
[[nodiscard]] std::vector<Need> derive(const Catalogue& catalogue, const Factory& factory);

/// "control contoso.eastus.datafactory.azure.net:443 tls-connect", with Private Link followed by where the name should
/// resolve.
[[nodiscard]] std::string to_line(const Need& need, const Factory& factory);

/// Who can let a need out.
enum class Carrier : std::uint8_t {
  gate,      ///< a rule of the gate
  firewall,  ///< it never travels through a proxy: the firewall must open it
  nobody,    ///< it could travel through the gate, which does not serve it
};
[[nodiscard]] Carrier carried_by(const CatalogueRow& row);
/// One sentence for what the gate does not carry: why, and what to do.
[[nodiscard]] std::string_view why_not_carried(const CatalogueRow& row);

/// The rule of a need that the gate carries, with the row and its documents as provenance.
[[nodiscard]] Rule make_rule(const Catalogue& catalogue, const Need& need, const Factory& factory);

/// The names in braces of a pattern or a pin: "{vault}.vault.azure.net" -> vault.
[[nodiscard]] std::vector<std::string_view> placeholders_of(std::string_view text);

}  // namespace shirgate::adf
