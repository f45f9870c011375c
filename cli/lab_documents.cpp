// The matrix for wikis, browsers and scripts.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/lab_matrix.hpp"
#include "cli/lab_text.hpp"
#include "cli/terminal_text.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

using Cells = std::vector<std::string>;

Grid channels_of(const lab::ScenarioReport& report) {
  Grid grid{{"channel", "outcome", "stated", "the gate's reason", "what the runtime shows"}, {}};
  for (const auto& row : report.channels)
    grid.rows.push_back({row.channel, std::string(to_string(row.found.outcome)), to_string(row.expected),
                         reasons_of(row.found), shown_by(row)});
  return grid;
}

Grid tricks_of(const lab::ScenarioReport& report) {
  Grid grid{{"trick", "target", "came to"}, {}};
  for (const auto& one : report.tricks) grid.rows.push_back({one.trick.title, one.trick.target, came_to(one)});
  return grid;
}

Grid strays_in(const lab::Strays& strays) {
  Grid grid{{"tried to get out past the gate", "packets"}, {}};
  for (const auto& stray : strays.tried) grid.rows.push_back({where_to(stray), std::to_string(stray.packets)});
  return grid;
}

std::string in_markdown(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '|' || c == '<' || c == '`' || c == '*' || c == '_') out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_row(const Cells& cells) {
  std::string row = "|";
  for (const auto& cell : cells) row += fmt::format(" {} |", in_markdown(cell));
  return row + "\n";
}

std::string as_markdown(const Grid& grid) {
  auto text = markdown_row(grid.titles) + "|";
  for (std::size_t i = 0; i < grid.titles.size(); ++i) text += "---|";
  text += "\n";
  for (const auto& row : grid.rows) text += markdown_row(row);
  return text;
}

std::string in_html(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// Outcomes are coloured by their word, so a cell's class is its text where that is one.
std::string html_cell(const std::string& cell) {
  for (const auto* word : {"works", "degraded", "blocked", "NO"})
    if (cell == word) return fmt::format("<td class=\"{0}\">{0}</td>", word);
  return fmt::format("<td>{}</td>", in_html(cell));
}

std::string as_html(const Grid& grid) {
  std::string text = "<table><tr>";
  for (const auto& title : grid.titles) text += fmt::format("<th>{}</th>", in_html(title));
  text += "</tr>\n";
  for (const auto& row : grid.rows) {
    text += "<tr>";
    for (const auto& cell : row) text += html_cell(cell);
    text += "</tr>\n";
  }
  return text + "</table>\n";
}

constexpr std::string_view page_head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>shirgate lab</title><style>
body { font: 15px sans-serif; margin: 2em; max-width: 80em }
table { border-collapse: collapse; margin: 1em 0 }
th, td { border: 1px solid #bbb; padding: .25em .6em; text-align: left; vertical-align: top }
th, td:first-child { white-space: nowrap }
.works { background: #dcf5dc } .degraded { background: #fdf0c8 } .blocked { background: #f9d9d6 } .NO { background: #f9d9d6 }
</style></head><body><h1>shirgate lab</h1>
)";

json::array reasons_json(const lab::Expected& expected) {
  json::array reasons;
  for (const auto reason : expected.reasons) reasons.emplace_back(to_string(reason));
  return reasons;
}

json::object channel_json(const lab::ChannelResult& row) {
  json::object object{{"channel", row.channel},
                      {"outcome", to_string(row.found.outcome)},
                      {"reasons", reasons_json(row.found)},
                      {"stated", to_string(row.expected.outcome)},
                      {"stated_reasons", reasons_json(row.expected)},
                      {"held", row.held()},
                      {"connections", row.errands},
                      {"worked", row.worked},
                      {"sent", row.sent},
                      {"received", row.received},
                      {"trouble", row.trouble}};
  if (row.shown)
    object["runtime_shows"] = {
        {"message", row.shown->message}, {"where", row.shown->where}, {"meaning", row.shown->meaning}};
  return object;
}

json::object strays_json(const lab::Strays& strays) {
  json::array tried;
  for (const auto& stray : strays.tried)
    tried.push_back({{"address", to_string(stray.to.address)},
                     {"port", stray.to.port},
                     {"protocol", to_string(stray.protocol)},
                     {"packets", stray.packets},
                     {"name", stray.name}});
  return {{"packets", strays.packets}, {"tried", std::move(tried)}};
}

json::object report_json(const lab::ScenarioReport& report) {
  json::array channels;
  for (const auto& row : report.channels) channels.push_back(channel_json(row));
  json::array tricks;
  for (const auto& one : report.tricks)
    tricks.push_back({{"title", one.trick.title},
                      {"target", one.trick.target},
                      {"reason", to_string(one.found)},
                      {"stated", to_string(one.trick.reason)}});
  json::array broken;
  for (const auto& each : report.expectations)
    if (!each.held) broken.push_back({{"about", each.about}, {"claim", each.claim}, {"found", each.found}});
  json::object object{{"name", report.name},
                      {"title", report.title},
                      {"held", report.broken() == 0},
                      {"status", report.status},
                      {"channels", std::move(channels)},
                      {"tricks", std::move(tricks)},
                      {"expectations", report.expectations.size()},
                      {"broken", std::move(broken)},
                      {"milliseconds", report.took.count()}};
  if (!report.blob_storage.empty()) object["blob_storage"] = report.blob_storage;
  if (report.strays) object["strays"] = strays_json(*report.strays);
  return object;
}

}  // namespace

std::string reports_as_markdown(const ScenarioReports& reports) {
  std::string text = reports.size() > 1 ? as_markdown(overview_of(reports)) : "";
  for (const auto& report : reports) {
    text += fmt::format("{}### {}: {}\n\n{}\nThe portal shows the node as {}.\n", text.empty() ? "" : "\n", report.name,
                        in_markdown(report.title), as_markdown(channels_of(report)), in_markdown(report.status));
    if (!report.tricks.empty()) text += "\n" + as_markdown(tricks_of(report));
    if (report.strays) text += "\n" + as_markdown(strays_in(*report.strays));
    if (const auto storage = storage_of({&report, 1}); !storage.empty()) text += "\n" + in_markdown(storage) + "\n";
    if (report.broken() > 0) text += "\n";
    for (const auto& each : report.expectations)
      if (!each.held)
        text += fmt::format("- **NO** {}\n",
                            in_markdown(fmt::format("{}: {}; found: {}", each.about, each.claim, each.found)));
  }
  return text;
}

std::string reports_as_html(const ScenarioReports& reports) {
  std::string text(page_head);
  text += fmt::format("<p>{}</p>\n", in_html(summary_of(reports)));
  if (const auto storage = storage_of(reports); !storage.empty()) text += fmt::format("<p>{}</p>\n", in_html(storage));
  text += as_html(overview_of(reports));
  for (const auto& report : reports) {
    text += fmt::format("<h2>{}: {}</h2>\n<p>The portal shows the node as {}.</p>\n{}", in_html(report.name),
                        in_html(report.title), in_html(report.status), as_html(channels_of(report)));
    if (!report.tricks.empty()) text += as_html(tricks_of(report));
    if (report.strays) text += as_html(strays_in(*report.strays));
    for (const auto& each : report.expectations)
      if (!each.held)
        text += fmt::format("<p class=\"NO\">{}: {}; found: {}</p>\n", in_html(each.about), in_html(each.claim),
                            in_html(each.found));
  }
  return text + "</body></html>\n";
}

std::string reports_as_json(const ScenarioReports& reports) {
  json::array scenarios;
  bool held = true;
  for (const auto& report : reports) {
    scenarios.push_back(report_json(report));
    held = held && report.broken() == 0;
  }
  return json::serialize(json::object{{"held", held}, {"scenarios", std::move(scenarios)}}) + "\n";
}

}  // namespace shirgate
