#include "cli/catalog_text.hpp"

#include <fmt/format.h>

#include "cli/table.hpp"

namespace shirgate {
namespace {

std::string needs_of(const adf::CatalogueRow& row) {
  std::string text;
  for (const auto fact : row.needs) text += (text.empty() ? "" : " ") + std::string(to_string(fact));
  return text;
}

std::string join(const std::vector<std::string>& items) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

/// The documents behind a channel's rows. Not a column of their own: the patterns need the room, and neighbours often
/// share their documents, so each list is said once for all rows in turn that have it.
std::string citations(const std::vector<const adf::CatalogueRow*>& rows, std::size_t width) {
  std::string text;
  for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
    std::vector<std::string> ids;
    for (end = first; end < rows.size() && rows[end]->sources == rows[first]->sources; ++end)
      ids.push_back(rows[end]->id);
    text += wrapped(fmt::format("{}: {}", join(ids), join(rows[first]->sources)), width, 2);
  }
  return text;
}

std::string channel_text(const adf::Catalogue& catalogue, const adf::ChannelRow& channel, std::size_t width) {
  std::vector<const adf::CatalogueRow*> rows;
  // The longer leasts are what most labels of a name and most words of a fact need.
  Table table({Table::shrinkable("ROW"),
               {"CLOUD"},
               Table::shrinkable("PATTERN", 14),
               {"PORT"},
               Table::shrinkable("TRANSPORT"),
               Table::shrinkable("WHEN ALL OF", 11),
               Table::shrinkable("PRIVATE LINK")});
  for (const auto& row : catalogue.rows) {
    if (row.channel != channel.id) continue;
    rows.push_back(&row);
    table.add({row.id, row.cloud, row.pattern, to_string(row.ports), std::string(to_string(row.transport)),
               needs_of(row), row.private_link});
  }
  const auto title = wrapped(fmt::format("Channel {}: {}", channel.id, channel.title), width, 2);
  return rows.empty() ? title : title + table.text(width) + '\n' + citations(rows, width);
}

}  // namespace

std::string catalogue_as_text(const adf::Catalogue& catalogue, std::size_t width) {
  auto text = wrapped(
      fmt::format("Requirement catalogue, version {}: {} rows in {} channels from {} documents", catalogue.version,
                  catalogue.rows.size(), catalogue.channels.size(), catalogue.sources.size()),
      width, 2);
  // A row's channel is one of these: load_catalogue refuses any other.
  for (const auto& channel : catalogue.channels) text += '\n' + channel_text(catalogue, channel, width);
  Table sources({{"SOURCE"}, Table::shrinkable("TITLE"), Table::shrinkable("VERSION")});
  for (const auto& source : catalogue.sources) sources.add({source.id, source.title, source.version});
  return text + '\n' + sources.text(width);
}

}  // namespace shirgate
