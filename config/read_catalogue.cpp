#include "config/read_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/check_catalogue.hpp"
#include "config/read_inputs.hpp"

namespace shirgate {
namespace {

constexpr std::int64_t schema_read_here = 1;

/// Reads every [[key]] with `read`, which gets a reader of its own and returns the value.
template <class Read>
auto read_tables(TableReader& file, std::string_view key, Read read) {
  std::vector<decltype(read(file))> values;
  for (const auto* table : file.tables(key)) {
    TableReader reader(*table, fmt::format("[[{}]]", key), file.mistakes());
    values.push_back(read(reader));
    reader.refuse_the_rest();
  }
  return values;
}

/// What a terminal, an HTTP answer or a script can take; line ends where a text may have lines.
std::string printable(TableReader& table, std::string_view key, std::optional<std::string> text,
                      std::string_view also) {
  if (!text) return {};
  const auto fine = [&](char c) { return (c >= 0x20 && c < 0x7f) || also.find(c) != std::string_view::npos; };
  if (!std::all_of(text->begin(), text->end(), fine))
    table.complain(key, fmt::format("{} {}: only printable ASCII", table.title(), key));
  return *std::move(text);
}

std::string need(TableReader& table, std::string_view key) {
  return printable(table, key, table.required_text(key, "..."), "");
}
std::string may(TableReader& table, std::string_view key) { return printable(table, key, table.text(key), ""); }

std::vector<std::string> texts(TableReader& table, std::string_view key) {
  std::vector<std::string> values;
  for (auto& item : table.texts(key)) values.push_back(std::move(item.text));
  return values;
}

std::string word(TableReader& table, std::string_view key, const std::vector<std::string_view>& words) {
  if (table.node(key) == nullptr) return need(table, key);
  return table.choice(key, words).value_or("");
}

adf::PortRange read_ports(TableReader& row) {
  const auto* node = row.node("ports");
  const auto* list = node == nullptr ? nullptr : node->as_array();
  std::vector<std::int64_t> ports;
  if (list != nullptr)
    for (const auto& entry : *list) ports.push_back(entry.is_integer() ? entry.value_or(std::int64_t{0}) : 0);
  const bool fine = !ports.empty() && ports.size() <= 2 && ports.front() <= ports.back() &&
                    std::all_of(ports.begin(), ports.end(), [](auto port) { return port >= 1 && port <= 65535; });
  if (!fine) {
    row.complain("ports", "[[row]] ports: one port, or the first and the last of a range, like [11000, 11999]");
    return {};
  }
  return {static_cast<std::uint16_t>(ports.front()), static_cast<std::uint16_t>(ports.back())};
}

std::vector<adf::Fact> read_needs(TableReader& row) {
  std::vector<adf::Fact> needs;
  for (const auto& item : row.texts("needs")) {
    if (const auto fact = adf::parse_fact(item.text))
      needs.push_back(*fact);
    else
      row.mistakes().add(item.line, fmt::format("[[row]] needs: '{}' is no fact this version knows", item.text));
  }
  if (row.node("needs") == nullptr) row.complain("needs", "[[row]] needs: the facts it depends on are missing");
  return needs;
}

adf::CatalogueRow read_row(TableReader& row, const adf::Catalogue& catalogue) {
  adf::CatalogueRow value;
  value.id = need(row, "id");
  value.channel = need(row, "channel");
  value.pattern = need(row, "pattern");
  value.pin = may(row, "pin");
  value.ports = read_ports(row);
  const auto transport = adf::parse_transport(need(row, "transport"));
  if (!transport) row.complain("transport", "[[row]] transport: no transport this version knows");
  value.transport = transport.value_or(adf::Transport::comparison);
  value.cloud = word(row, "cloud", {"public", "usgov", "china", "all"});
  value.needs = read_needs(row);
  value.requirement = word(row, "requirement",
                           {"required", "conditional", "optional", "observed", "disputed", "historic", "comparison"});
  value.private_link = word(row, "private_link", {"private", "public", "per-store", "n/a"});
  value.quiet = row.flag("quiet").value_or(false);
  value.purpose = need(row, "purpose");
  value.confidence = need(row, "confidence");
  value.sources = texts(row, "sources");
  value.note = may(row, "note");
  value.setting = printable(row, "setting", row.text("setting"), "\n");
  check_row(row, value, catalogue);
  return value;
}

adf::Source read_source(TableReader& table) {
  return {.id = need(table, "id"),
          .title = need(table, "title"),
          .where = may(table, "where"),
          .version = may(table, "version")};
}

adf::ChannelRow read_channel(TableReader& table) {
  return {.id = need(table, "id"),
          .title = need(table, "title"),
          .wire = need(table, "wire"),
          .through_proxy = word(table, "through_proxy", {"yes", "no", "plain-http", "browser"}),
          .private_link = need(table, "private_link"),
          .service_tag = may(table, "service_tag")};
}

adf::DnsZone read_dns_zone(TableReader& table) {
  static_cast<void>(texts(table, "sources"));
  return {.cloud = need(table, "cloud"),
          .channel = need(table, "channel"),
          .zone = need(table, "zone"),
          .public_zone = need(table, "public_zone"),
          .record = may(table, "record"),
          .note = may(table, "note")};
}

adf::FrontendCode read_frontend_code(TableReader& table) {
  static_cast<void>(texts(table, "sources"));
  return {.region = need(table, "region"),
          .code = need(table, "code"),
          .cloud = need(table, "cloud"),
          .confidence = need(table, "confidence")};
}

adf::ErrorMessage read_error(TableReader& table) {
  static_cast<void>(texts(table, "sources"));
  adf::ErrorMessage value{.message = need(table, "message"),
                          .where = may(table, "where"),
                          .meaning = need(table, "meaning"),
                          .reason = may(table, "reason"),
                          .channel = may(table, "channel"),
                          .symptom = {}};
  if (table.node("symptom") != nullptr) value.symptom = word(table, "symptom", {"refused", "cut", "untrusted"});
  if (!value.reason.empty() && !parse_reason(value.reason))
    table.complain("reason", fmt::format("[[error]] reason: '{}' is no reason", value.reason));
  return value;
}

adf::Disagreement read_disagreement(TableReader& table) {
  return {.topic = need(table, "topic"), .detail = need(table, "detail"), .taken = need(table, "taken")};
}

adf::Factory read_inputs_of(TableReader& table, const adf::Catalogue& catalogue) {
  const auto* inputs = table.table("inputs");
  if (inputs == nullptr) {
    table.complain("inputs", fmt::format("{} inputs: missing", table.title()));
    return {};
  }
  TableReader reader(*inputs, table.title() + " inputs", table.mistakes());
  return read_inputs(reader, catalogue);
}

adf::Example read_example(TableReader& table, const adf::Catalogue& catalogue) {
  const auto lines = texts(table, "expect");
  return {need(table, "name"), read_inputs_of(table, catalogue), {lines.begin(), lines.end()}};
}

adf::Negative read_negative(TableReader& table, const adf::Catalogue& catalogue) {
  adf::Negative value{.name = need(table, "name"),
                      .inputs = read_inputs_of(table, catalogue),
                      .attempt = need(table, "attempt"),
                      .answers = {},
                      .reason = Reason::allowed,
                      .why = need(table, "why")};
  for (const auto& item : table.texts("answers"))
    if (const auto address = parse_address(item.text))
      value.answers.push_back(*address);
    else
      table.mistakes().add(item.line, fmt::format("[[negative]] answers: '{}' is not an address", item.text));
  const auto reason = parse_reason(need(table, "reason"));
  if (!reason) table.complain("reason", "[[negative]] reason: no reason of that name");
  value.reason = reason.value_or(Reason::allowed);
  return value;
}

void read_regions(TableReader& file, adf::Catalogue& catalogue) {
  const auto* table = file.table("regions");
  if (table == nullptr) return file.complain("regions", "the regions are missing");
  TableReader regions(*table, "[regions]", file.mistakes());
  for (const auto* cloud : {"public", "usgov", "china"})
    for (auto& region : texts(regions, cloud)) catalogue.regions[cloud].insert(std::move(region));
  regions.refuse_the_rest();
}

}  // namespace

adf::Catalogue read_catalogue(TableReader& file) {
  adf::Catalogue catalogue;
  if (file.number("schema", 0, 1'000'000) != schema_read_here) {
    file.complain("schema", fmt::format("schema must be {}: this version reads no other", schema_read_here));
    return catalogue;
  }
  catalogue.version = need(file, "version");
  catalogue.shared_tenant_suffixes = texts(file, "shared_tenant_suffixes");
  catalogue.platform_suffixes = texts(file, "platform_suffixes");
  read_regions(file, catalogue);
  catalogue.sources = read_tables(file, "source", read_source);
  catalogue.channels = read_tables(file, "channel", read_channel);
  catalogue.rows = read_tables(file, "row", [&](TableReader& table) { return read_row(table, catalogue); });
  catalogue.dns_zones = read_tables(file, "dns_zone", read_dns_zone);
  catalogue.frontend_codes = read_tables(file, "frontend_code", read_frontend_code);
  catalogue.errors = read_tables(file, "error", read_error);
  catalogue.disagreements = read_tables(file, "disagreement", read_disagreement);
  catalogue.examples = read_tables(file, "example", [&](TableReader& table) { return read_example(table, catalogue); });
  catalogue.negatives =
      read_tables(file, "negative", [&](TableReader& table) { return read_negative(table, catalogue); });
  file.refuse_the_rest();
  check_catalogue(file, catalogue);
  return catalogue;
}

}  // namespace shirgate
