#include "policy/adf/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "policy/host_pattern.hpp"

namespace shirgate::adf {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

struct Grammar {
  std::size_t shortest;
  std::size_t longest;
  bool hyphens;
  std::string_view what;
};

Checked<std::string> check(std::string_view text, const Grammar& grammar) {
  if (text.find('.') != std::string_view::npos)
    return complain(fmt::format("'{}' is not {}: write the name alone, not its host", text, grammar.what));
  const auto fits = [&](unsigned char c) { return (c < 128 && std::isalnum(c) != 0) || (grammar.hyphens && c == '-'); };
  const bool ends_well = !text.starts_with('-') && !text.ends_with('-');
  if (text.size() < grammar.shortest || text.size() > grammar.longest || !ends_well ||
      !std::all_of(text.begin(), text.end(), fits))
    return complain(fmt::format("'{}' is not {}: {} to {} letters, digits{}", text, grammar.what, grammar.shortest,
                                grammar.longest, grammar.hyphens ? " or hyphens" : ""));
  return lower(text);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Checked<std::string> check_factory_name(std::string_view text) { return check(text, {3, 63, true, "a factory name"}); }

Checked<std::string> check_region(std::string_view text) {
  auto region = check(text, {3, 40, false, "a region name"});
  if (region.has_error())
    return complain(fmt::format("'{}' is not a region name; write it as ARM does, like 'westeurope'", text));
  return region;
}

Checked<std::string> check_frontend_code(std::string_view text) {
  return check(text, {2, 15, false, "a regional code"});
}

Checked<std::string> check_storage_account(std::string_view text) {
  return check(text, {3, 24, false, "a storage account name"});
}

Checked<std::string> check_storage_zone(std::string_view text) {
  const auto zone = lower(text);
  if (zone.size() != 3 || zone[0] != 'z' || !is_digit(zone[1]) || !is_digit(zone[2]))
    return complain(fmt::format("'{}' is not a storage zone: z00 to z99", text));
  return zone;
}

Checked<std::string> check_sql_server(std::string_view text) { return check(text, {1, 63, true, "a SQL server name"}); }

Checked<std::string> check_synapse_workspace(std::string_view text) {
  return check(text, {1, 50, true, "a Synapse workspace name"});
}

Checked<std::string> check_key_vault(std::string_view text) { return check(text, {3, 24, true, "a key vault name"}); }

Checked<std::string> check_purview_account(std::string_view text) {
  return check(text, {3, 63, true, "a Purview account name"});
}

Checked<std::string> check_relay_host(std::string_view text) {
  auto pattern = parse_pattern(text);
  if (pattern.has_error()) return pattern.error();
  if (pattern->is_wildcard())
    return complain(fmt::format("'{}': a pin is one exact host; leave the list empty for the wildcard", text));
  return pattern->name();
}

}  // namespace shirgate::adf
