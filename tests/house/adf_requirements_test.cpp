// docs/adf-requirements.md is the compiled-in catalogue for people. To bring it up to date: see documents_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "config/load_catalogue.hpp"
#include "document.hpp"
#include "policy/adf/derive.hpp"

namespace shirgate::test {
namespace {

using adf::Catalogue;
using adf::CatalogueRow;

/// A table whose cells are Markdown already.
class MarkdownTable {
 public:
  explicit MarkdownTable(const std::vector<std::string>& titles) {
    add(titles);
    for (std::size_t i = 0; i < titles.size(); ++i) text_ += "|---";
    text_ += "|\n";
  }
  void add(const std::vector<std::string>& cells) {
    for (const auto& one : cells) text_ += "| " + one + ' ';
    text_ += "|\n";
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string joined(const std::vector<std::string>& items, std::string_view separator) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : std::string(separator)) + item;
  return text;
}

std::string when(const CatalogueRow& row) {
  std::vector<std::string> words;
  for (const auto fact : row.needs) words.emplace_back(to_string(fact));
  return joined(words, ", ");
}

std::string carrier(const CatalogueRow& row) {
  if (row.transport == adf::Transport::comparison) return "nobody: it belongs to another product";
  const auto why = std::string(adf::why_not_carried(row));
  switch (adf::carried_by(row)) {
    case adf::Carrier::gate:
      return row.transport == adf::Transport::tds_direct ? "the gate, once SQL is led to it" : "the gate";
    case adf::Carrier::firewall: return "the firewall: " + why;
    case adf::Carrier::nobody: return "not served: " + why;
  }
  return {};
}

std::string names(const CatalogueRow& row) {
  return row.pin.empty() ? code(row.pattern) : fmt::format("{}, pinned: {}", code(row.pattern), code(row.pin));
}

/// What is said about a row beside its numbers: why it exists, what is known about that, and who says so.
std::string about(const CatalogueRow& row) {
  auto text = cell(row.purpose) + ".";
  if (!row.note.empty()) text += ' ' + cell(row.note);
  text += fmt::format(" *{}; {}* ({})", row.requirement, cell(row.confidence), cell(joined(row.sources, "; ")));
  return text;
}

std::string rows_of(const Catalogue& catalogue, const adf::ChannelRow& channel) {
  MarkdownTable table(
      {"row", "names", "port", "transport", "cloud", "when all of", "Private Link", "let out by", "why; evidence"});
  for (const auto& row : catalogue.rows)
    if (row.channel == channel.id)
      table.add({row.id, names(row), to_string(row.ports), std::string(to_string(row.transport)), row.cloud, when(row),
                 row.private_link, cell(carrier(row)), about(row)});
  return table.text();
}

std::string channels_of(const Catalogue& catalogue) {
  MarkdownTable table({"channel", "for", "on the wire", "through an HTTP proxy", "Private Link", "service tag"});
  for (const auto& channel : catalogue.channels)
    table.add({code(channel.id), cell(channel.title), cell(channel.wire), channel.through_proxy,
               cell(channel.private_link), channel.service_tag});
  return table.text();
}

std::string facts() {
  MarkdownTable table({"fact", "holds when"});
  for (const auto& row : adf::fact_table()) table.add({code(row.word), cell(row.meaning)});
  return table.text();
}

std::string dns_zones_of(const Catalogue& catalogue) {
  MarkdownTable table({"cloud", "channel", "private zone", "stands in for", "record", "note"});
  for (const auto& zone : catalogue.dns_zones)
    table.add({zone.cloud, zone.channel, code(zone.zone), code(zone.public_zone), code(zone.record), cell(zone.note)});
  return table.text();
}

std::string frontend_codes_of(const Catalogue& catalogue) {
  MarkdownTable table({"region", "code", "cloud", "confidence"});
  for (const auto& one : catalogue.frontend_codes)
    table.add({one.region, code(one.code), one.cloud, cell(one.confidence)});
  return table.text();
}

std::string errors_of(const Catalogue& catalogue) {
  MarkdownTable table({"the runtime says", "where", "it means", "shirgate's reason"});
  for (const auto& error : catalogue.errors)
    table.add({cell(error.message), cell(error.where), cell(error.meaning),
               error.reason.empty() ? "" : fmt::format("{} on {}", code(error.reason), code(error.channel))});
  return table.text();
}

std::string disagreements_of(const Catalogue& catalogue) {
  MarkdownTable table({"about", "the documents", "taken here"});
  for (const auto& one : catalogue.disagreements) table.add({cell(one.topic), cell(one.detail), cell(one.taken)});
  return table.text();
}

std::string shared_suffixes_of(const Catalogue& catalogue) {
  std::vector<std::string> suffixes;
  for (const auto& suffix : catalogue.shared_tenant_suffixes) suffixes.push_back(code(suffix));
  return joined(suffixes, ", ") + ".\n";
}

std::string sources_of(const Catalogue& catalogue) {
  MarkdownTable table({"id", "title", "where", "version"});
  for (const auto& source : catalogue.sources)
    table.add({source.id, cell(source.title), cell(source.where), cell(source.version)});
  return table.text();
}

std::string whole(const Catalogue& catalogue) {
  auto text = fmt::format("Catalogue of {}: {} rows in {} channels, from {} documents.\n", catalogue.version,
                          catalogue.rows.size(), catalogue.channels.size(), catalogue.sources.size());
  text += "\n## Channels\n\n" + channels_of(catalogue);
  text += "\n## Facts\n\n" + facts();
  for (const auto& channel : catalogue.channels)
    text += fmt::format("\n## {}: {}\n\n", channel.id, cell(channel.title)) + rows_of(catalogue, channel);
  text += "\n## Private DNS zones\n\n" + dns_zones_of(catalogue);
  text += "\n## Codes of regions in keys without a factory endpoint\n\n" + frontend_codes_of(catalogue);
  text += "\n## Suffixes under which anybody can rent a name\n\n" + shared_suffixes_of(catalogue);
  text += "\n## What the integration runtime says, and what it means\n\n" + errors_of(catalogue);
  text += "\n## Where the documents disagree\n\n" + disagreements_of(catalogue);
  text += "\n## Sources\n\n" + sources_of(catalogue);
  return text;
}

TEST(Documents, TellWhatTheCatalogueSays) {
  expect_section("adf-requirements.md", "catalogue", whole(*builtin_catalogue()));
}

}  // namespace
}  // namespace shirgate::test
