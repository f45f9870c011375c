#include "config/check_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/values.hpp"
#include "policy/adf/derive.hpp"
#include "policy/adf/self_check.hpp"
#include "policy/adf/shared_tenant.hpp"

namespace shirgate {
namespace {

/// The placeholder with its braces as long as it is, so that what is around it can be measured.
std::size_t end_of_last_placeholder(std::string_view text) {
  const auto brace = text.rfind('}');
  return brace == std::string_view::npos ? 0 : brace + 1;
}

/// What no input outgrows: a name that holds with these holds with every input.
constexpr std::string_view longest_label = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
std::string longest_host() { return fmt::format("{0}.{0}.{0}.{1}", longest_label, longest_label.substr(2)); }

void check_placeholders(TableReader& row, std::string_view key, std::string_view text) {
  std::size_t lists = 0;
  for (const auto placeholder : adf::placeholders_of(text)) {
    const auto* input = placeholder == "relay_fqdn" ? adf::find_input("relay_fqdns") : adf::find_input(placeholder);
    const bool is_list = input != nullptr && std::holds_alternative<adf::Texts adf::Factory::*>(input->field);
    const bool is_text = input != nullptr && std::holds_alternative<std::string adf::Factory::*>(input->field);
    if (!is_list && !is_text) row.complain(key, fmt::format("[[row]] {}: '{{{}}}' is no input", key, placeholder));
    lists += is_list ? 1 : 0;
  }
  if (lists > 1) row.complain(key, fmt::format("[[row]] {}: at most one input may have several values", key));
}

/// Whatever the inputs are, the name must end in a suffix that the catalogue wrote: two whole labels at least.
void check_fixed_end(TableReader& row, std::string_view key, std::string_view text) {
  if (text.find('{') == std::string_view::npos || text == "{relay_fqdn}") return;
  const auto end = text.substr(end_of_last_placeholder(text));
  if (std::count(end.begin(), end.end(), '.') < 2 || !end.starts_with('.'))
    row.complain(key, fmt::format("[[row]] {}: '{}' must end in a suffix of its own", key, text));
}

/// A name that a rule could be made of, once its placeholders are filled; or words in <> for what is no name.
void check_name(TableReader& row, std::string_view key, const std::string& text, const adf::Catalogue& catalogue) {
  if (text.empty() || (key == "pattern" && text.starts_with('<') && text.ends_with('>'))) return;
  check_placeholders(row, key, text);
  check_fixed_end(row, key, text);
  auto filled = text;
  for (const auto placeholder : adf::placeholders_of(text)) {
    const auto braced = fmt::format("{{{}}}", placeholder);
    const auto at = filled.find(braced);
    if (at == std::string::npos) return;  // braces within braces: no input, and already said
    filled.replace(at, braced.size(), placeholder == "relay_fqdn" ? longest_host() : std::string(longest_label));
  }
  const auto pattern = parse_pattern(filled);
  if (pattern.has_error()) return row.complain(key, fmt::format("[[row]] {}: {}", key, pattern.error().text()));
  if (const auto platform = adf::platform_suffix_of(catalogue, *pattern); !platform.empty())
    row.complain(key, fmt::format("[[row]] {}: '{}' opens all of {}, which many services share", key, text, platform));
}

void check_references(TableReader& file, const adf::Catalogue& catalogue) {
  std::set<std::string_view> ids;
  for (const auto& row : catalogue.rows) {
    if (!ids.insert(row.id).second) file.complain("row", fmt::format("[[row]] id '{}' is used twice", row.id));
    if (catalogue.channel(row.channel) == nullptr)
      file.complain("row", fmt::format("[[row]] '{}': there is no channel '{}'", row.id, row.channel));
    for (const auto& reference : row.sources)
      if (catalogue.cite(reference) == reference)
        file.complain("row", fmt::format("[[row]] '{}': there is no source '{}'", row.id, reference));
  }
}

void check_suffixes(TableReader& file, std::string_view key, const std::vector<std::string>& suffixes) {
  if (suffixes.empty()) file.complain(key, fmt::format("{}: the list is missing", key));
  for (const auto& suffix : suffixes) {
    const auto host = parse_host(suffix);
    if (host.has_error() || host->text() != suffix)
      file.complain(key, fmt::format("{}: '{}' is not a name in lower case", key, suffix));
  }
}

bool is_date(std::string_view text) {
  constexpr std::string_view shape = "dddd-dd-dd";
  return std::equal(text.begin(), text.end(), shape.begin(), shape.end(),
                    [](char c, char like) { return like == 'd' ? c >= '0' && c <= '9' : c == like; });
}

}  // namespace

void check_row(TableReader& row, const adf::CatalogueRow& value, const adf::Catalogue& catalogue) {
  if (!is_plain_name(value.id)) row.complain("id", "[[row]] id: use letters, digits, '-', '_' or '.'");
  check_name(row, "pattern", value.pattern, catalogue);
  check_name(row, "pin", value.pin, catalogue);
  if (value.pattern.starts_with('<') && adf::carried_by(value) == adf::Carrier::gate)
    row.complain("pattern", "[[row]] pattern: what travels through the gate needs a name");
  const bool tls = value.transport == adf::Transport::tls_connect || value.transport == adf::Transport::wss_connect;
  if (tls && !value.ports.is_one()) row.complain("ports", "[[row]] ports: TLS through the gate has one port");
}

void check_catalogue(TableReader& file, const adf::Catalogue& catalogue) {
  if (!is_date(catalogue.version)) file.complain("version", "version must be a day, like \"2026-11-21\"");
  check_suffixes(file, "shared_tenant_suffixes", catalogue.shared_tenant_suffixes);
  check_suffixes(file, "platform_suffixes", catalogue.platform_suffixes);
  for (const auto* cloud : {"public", "usgov", "china"})
    if (!catalogue.regions.contains(cloud)) file.complain("regions", fmt::format("[regions] {} is missing", cloud));
  for (const auto& channel : catalogue.channels)
    if (!is_plain_name(channel.id) || (!channel.service_tag.empty() && !is_plain_name(channel.service_tag)))
      file.complain("channel", "[[channel]] id and service_tag: use letters, digits, '-', '_' or '.'");
  check_references(file, catalogue);
  if (catalogue.examples.empty() || catalogue.negatives.empty())
    file.complain("example", "a catalogue proves itself: it needs [[example]] and [[negative]]");
  // Every line has passed; the whole must keep its own promises too.
  if (!file.mistakes().empty()) return;
  for (auto& failure : adf::failing_examples(catalogue)) file.complain("example", std::move(failure));
  for (auto& failure : adf::failing_negatives(catalogue)) file.complain("negative", std::move(failure));
}

std::vector<std::string> removed_suffixes(const adf::Catalogue& from, const adf::Catalogue& to) {
  std::vector<std::string> removed;
  const auto compare = [&](const std::vector<std::string>& before, const std::vector<std::string>& after) {
    for (const auto& suffix : before)
      if (std::find(after.begin(), after.end(), suffix) == after.end()) removed.push_back(suffix);
  };
  compare(from.shared_tenant_suffixes, to.shared_tenant_suffixes);
  compare(from.platform_suffixes, to.platform_suffixes);
  return removed;
}

}  // namespace shirgate
