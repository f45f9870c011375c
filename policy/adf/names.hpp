// Azure's naming rules for what goes into a host name. Each check returns the name in lower case, or says what is
// wrong with it. Nothing is repaired but the case.
#pragma once

#include <string>
#include <string_view>

#include "policy/checked.hpp"

namespace shirgate::adf {

[[nodiscard]] Checked<std::string> check_factory_name(std::string_view text);
/// The grammar only; whether there is such a region is the catalogue's to say.
[[nodiscard]] Checked<std::string> check_region(std::string_view text);
[[nodiscard]] Checked<std::string> check_frontend_code(std::string_view text);
[[nodiscard]] Checked<std::string> check_storage_account(std::string_view text);
/// "z00" to "z99".
[[nodiscard]] Checked<std::string> check_storage_zone(std::string_view text);
[[nodiscard]] Checked<std::string> check_sql_server(std::string_view text);
[[nodiscard]] Checked<std::string> check_synapse_workspace(std::string_view text);
[[nodiscard]] Checked<std::string> check_key_vault(std::string_view text);
[[nodiscard]] Checked<std::string> check_purview_account(std::string_view text);
/// One exact host; that it lies below the relay suffix of its cloud is checked with the catalogue.
[[nodiscard]] Checked<std::string> check_relay_host(std::string_view text);

}  // namespace shirgate::adf
