// What a configuration that loads still leaves to be said: what will end, what is wide, what rests on less than a
// document. Nothing here changes a decision.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "policy/policy.hpp"

namespace shirgate {

enum class Lint : std::uint8_t {
  denies_everything,
  placeholder,
  allow_expired,
  allow_expires_soon,
  allow_without_ticket,
  allow_without_expiry,
  wide_addresses,
  wide_clients,
  shared_tenant_wildcard,
  report_mode_on,
  report_mode_over,
  auto_update_off,
  setup_on,
  relay_gateways_on,
  local_credentials_disputed,
  local_credentials_private,
  regional_host_unpinned,
  sql_past_the_gate,
  sql_redirected,
  sql_behind_staging,
  revocation_not_forwarded,
  account_in_two_channels,
  thin_evidence,
  old_catalogue,
};

/// What 'explain' writes into an [[allow]] for a person to replace. They load, and are warned of.
inline constexpr std::string_view placeholder_channel = "NAME-IT";
inline constexpr std::string_view placeholder_ticket = "CHANGE-TICKET";

struct LintRow {
  Lint lint;
  std::string_view code;     ///< lower case with hyphens; a contract like a reason's token
  std::string_view meaning;  ///< when it is said and why
  std::string_view remedy;   ///< what to do about it
};

/// Every lint, in the order of the enum.
[[nodiscard]] std::span<const LintRow> lint_table();
[[nodiscard]] const LintRow& row_of(Lint lint);

struct Warning {
  Lint lint;
  std::string where;  ///< "[[runtime]] contoso-prod", "[[allow]] line 31"
  std::string text;   ///< what is the case here, one or two sentences
};

/// In the order of the file where it has one: the gate as a whole, each [[runtime]], each [[allow]].
[[nodiscard]] std::vector<Warning> lint(const Config& config, Time now);

}  // namespace shirgate
