// What a rule asks of a tunnel's ClientHello, beside that it names the host.
#pragma once

#include <map>
#include <string>

#include "config/table_reader.hpp"
#include "policy/adf/catalogue.hpp"
#include "policy/rule.hpp"

namespace shirgate {

/// `tls_minimum`, `alpn`, `ech` and `tds_sni` of `table`, each where it is written; the rest stays as in `demands`.
[[nodiscard]] HelloDemands read_demands(TableReader& table, HelloDemands demands);

/// `tls = { control = { tls_minimum = "1.3" } }` of a [[runtime]]: by channel. Every channel but those listed has
/// `otherwise`.
using DemandsByChannel = std::map<std::string, HelloDemands, std::less<>>;
[[nodiscard]] DemandsByChannel read_channel_demands(TableReader& runtime, const adf::Catalogue& catalogue,
                                                    const HelloDemands& otherwise);

}  // namespace shirgate
