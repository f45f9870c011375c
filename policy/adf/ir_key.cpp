#include "policy/adf/ir_key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "policy/adf/names.hpp"
#include "policy/target.hpp"

namespace shirgate::adf {
namespace {

using Parts = std::vector<std::string_view>;

/// A secret cut shorter than this is no secret: what Azure issues has 44 characters.
constexpr std::size_t shortest_secret = 16;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// What copying from a portal, a variable or a JSON answer leaves around a key.
std::string_view unwrapped(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  text = without_blanks(text);
  const bool quoted = text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return quoted ? without_blanks(text.substr(1, text.size() - 2)) : text;
}

Parts split(std::string_view text, char separator) {
  Parts parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_visible(unsigned char c) { return c > 0x20 && c < 0x7f; }

bool is_guid(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                    [](unsigned char c, char wanted) { return wanted == '-' ? c == '-' : std::isxdigit(c) != 0; });
}

bool is_secret(std::string_view text) {
  const auto body = text.substr(0, text.find_last_not_of('=') + 1);
  return body.size() >= shortest_secret && text.size() - body.size() <= 2 &&
         std::all_of(body.begin(), body.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '+' || c == '/' || c == '-' || c == '_';
         });
}

constexpr std::string_view endpoint_word = "ServiceEndpoint=";

bool is_endpoint(std::string_view part) {
  return std::equal(endpoint_word.begin(), endpoint_word.end(), part.begin(),
                    part.begin() + static_cast<std::ptrdiff_t>(std::min(part.size(), endpoint_word.size())),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// What is wrong with the form of the key; empty when nothing is. Quotes nothing: in a key whose parts are out of place
/// anything can be the secret.
std::string malformation(const Parts& parts) {
  if (parts.front() != "IR")
    return "that is no integration runtime key: one begins with IR@; copy Key1 or Key2 from the portal";
  const bool with_endpoint = parts.size() >= 4 && is_endpoint(parts[3]);
  if (with_endpoint && parts.size() == 4) return "the key ends after ServiceEndpoint=; copy it whole, in one line";
  if (parts.size() != (with_endpoint ? 5U : 4U))
    return "the key must read IR@GUID@NAME@ServiceEndpoint=HOST@SECRET, or IR@GUID@NAME@SECRET when it is an old one; "
           "copy it whole, in one line";
  if (!is_guid(parts[1])) return "the second part of the key is no GUID; copy it whole, in one line";
  if (!is_secret(parts.back()))
    return "the last part of the key is not base64 or is cut off; copy it whole, in one line";
  return {};
}

using Captured = std::vector<std::pair<std::string_view, std::string_view>>;

/// The labels of the host that stand where the pattern has {inputs}; nothing when it is another host.
std::optional<Captured> captured(std::string_view host, std::string_view pattern) {
  const auto labels = split(host, '.');
  const auto wanted = split(pattern, '.');
  if (labels.size() != wanted.size()) return std::nullopt;
  Captured found;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (wanted[i].starts_with('{'))
      found.emplace_back(wanted[i].substr(1, wanted[i].size() - 2), labels[i]);
    else if (labels[i] != wanted[i])
      return std::nullopt;
  }
  return found;
}

bool asks_for(const CatalogueRow& row, Fact fact) {
  return std::find(row.needs.begin(), row.needs.end(), fact) != row.needs.end();
}

std::string* place_of(std::string_view input, KeyFacts& facts) {
  if (input == "factory") return &facts.factory;
  if (input == "region") return &facts.region;
  if (input == "frontend_code") return &facts.frontend_code;
  return nullptr;
}

Checked<KeyFacts> facts_of(const CatalogueRow& row, const Captured& found, const std::string& host) {
  KeyFacts facts{.cloud = row.cloud, .key_form = asks_for(row, Fact::factory_key) ? "fqdn" : "legacy", .host = host};
  for (const auto& [input, label] : found) {
    auto* place = place_of(input, facts);
    const auto* known = find_input(input);
    if (place == nullptr || known == nullptr || known->check == nullptr) continue;
    auto value = known->check(label);
    if (value.has_error()) return complain(fmt::format("the key's host '{}': {}", host, value.error().text()));
    *place = *std::move(value);
  }
  return facts;
}

/// A name with a dot is no GUID, and base64 has none: only such a name is ever quoted.
Checked<KeyFacts> read_host(std::string_view text, const Catalogue& catalogue) {
  const auto host = parse_host(text);
  if (host.has_error() || host->text().find('.') == std::string::npos)
    return complain("what follows ServiceEndpoint= in the key is no host name; copy the key whole, in one line");
  std::string known;
  for (const auto& row : catalogue.rows) {
    if (row.channel != "control" || !(asks_for(row, Fact::factory_key) || asks_for(row, Fact::regional_key))) continue;
    const auto& pattern = row.pin.empty() ? row.pattern : row.pin;
    if (const auto found = captured(host->text(), pattern)) return facts_of(row, *found, host->text());
    known += (known.empty() ? "" : ", ") + pattern;
  }
  return complain(fmt::format("the key's host '{}' is no control host that the catalogue knows; known are: {}",
                              host->text(), known));
}

}  // namespace

Checked<KeyFacts> parse_ir_key(std::string_view text, const Catalogue& catalogue) {
  text = unwrapped(text);
  if (text.empty()) return complain("there is no key: nothing but blanks was read");
  if (!std::all_of(text.begin(), text.end(), [](char c) { return is_visible(static_cast<unsigned char>(c)); }))
    return complain("the key holds blanks, line breaks or what is not ASCII; save it as plain text, in one line");
  const auto parts = split(text, '@');
  if (auto wrong = malformation(parts); !wrong.empty()) return complain(std::move(wrong));
  auto name = check_factory_name(parts[2]);
  if (parts.size() == 4) {
    if (name.has_error()) return complain("the third part of the key is no factory name; copy it whole, in one line");
    return KeyFacts{.key_form = "legacy", .factory = *std::move(name)};
  }
  auto facts = read_host(parts[3].substr(endpoint_word.size()), catalogue);
  // A region's host serves many factories, so there the name part is all there is.
  if (facts.has_value() && facts->factory.empty() && name.has_value()) facts->factory = *std::move(name);
  return facts;
}

}  // namespace shirgate::adf
