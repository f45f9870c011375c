#include "cli/rule_list_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "cli/table.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

/// A rule or a need, each thing that is known of it as text.
struct Line {
  std::string carrier;
  std::string runtime;
  std::string kind;
  std::string mode;
  std::string channel;
  std::string host;
  std::string port;
  std::string protocol;
  std::string must_resolve_to;
  std::string origin;
  std::string from;  ///< the row's id, or the origin of a rule written by hand
  std::string purpose;
  std::string sources;
  std::string ticket;
  std::string expires;
  std::string why_not;
};

struct Column {
  std::string_view title;
  std::string Line::*field;
};
constexpr std::array columns{Column{"carried by", &Line::carrier},
                             Column{"runtime", &Line::runtime},
                             Column{"kind", &Line::kind},
                             Column{"mode", &Line::mode},
                             Column{"channel", &Line::channel},
                             Column{"host", &Line::host},
                             Column{"port", &Line::port},
                             Column{"protocol", &Line::protocol},
                             Column{"must resolve to", &Line::must_resolve_to},
                             Column{"origin", &Line::origin},
                             Column{"purpose", &Line::purpose},
                             Column{"sources", &Line::sources},
                             Column{"ticket", &Line::ticket},
                             Column{"expires", &Line::expires},
                             Column{"why not by the gate", &Line::why_not}};

std::string mode_of(const ListedRuntime& listed, bool only_reported) {
  return only_reported ? fmt::format("report until {}", to_text(listed.runtime->reporting->until)) : "enforce";
}

std::string expiry_of(const ListedRule& listed) {
  return to_text(listed.rule->expires) + (listed.expired ? " (over)" : "");
}

std::string sources_of(const ListedRuntime& listed, const adf::CatalogueRow& row) {
  std::string text;
  for (const auto& reference : row.sources) text += (text.empty() ? "" : "; ") + listed.catalogue->cite(reference);
  return text;
}

Line to_line(const ListedRuntime& of, const ListedRule& listed) {
  const auto& rule = *listed.rule;
  return {.carrier = std::string(word_for(adf::Carrier::gate)),
          .runtime = std::string(rule.runtime.text()),
          .kind = std::string(to_string(of.runtime->kind)),
          .mode = mode_of(of, listed.only_reported),
          .channel = std::string(rule.channel.text()),
          .host = rule.pattern.text(),
          .port = std::to_string(rule.port),
          .protocol = std::string(to_string(rule.protocol)),
          .must_resolve_to = must_resolve_to(rule),
          .origin = rule.provenance.origin,
          .from = listed.row == nullptr ? rule.provenance.origin : listed.row->id,
          .purpose = rule.provenance.purpose,
          .sources = rule.provenance.source,
          .ticket = rule.ticket,
          .expires = expiry_of(listed)};
}

Line to_line(const ListedRuntime& of, const adf::Need& need) {
  const auto& row = *need.row;
  return {.carrier = std::string(word_for(adf::carried_by(row))),
          .runtime = std::string(of.runtime->name.text()),
          .kind = std::string(to_string(of.runtime->kind)),
          .channel = row.channel,
          .host = need.host,
          .port = adf::to_string(row.ports),
          .protocol = std::string(adf::to_string(row.transport)),
          .origin = fmt::format("catalogue {}", row.id),
          .from = row.id,
          .purpose = row.purpose,
          .sources = sources_of(of, row),
          .why_not = std::string(adf::why_not_carried(row))};
}

// ---- table

/// A longer ticket is only in the legend: it would take the room of the hosts.
constexpr std::size_t longest_ticket_in_table = 16;
/// Room for most labels, so that a host breaks at its dots.
constexpr std::size_t least_for_hosts = 16;

std::string heading(const ListedRuntime& listed, std::size_t width) {
  const auto& runtime = *listed.runtime;
  std::string clients;
  for (const auto& range : runtime.clients) clients += (clients.empty() ? "" : " ") + to_string(range);
  auto text = wrapped(fmt::format("Runtime {} ({}), clients {}", runtime.name.text(), to_string(runtime.kind), clients),
                      width, 2);
  if (listed.reports)
    text +=
        wrapped(fmt::format("It {}: refusals there are recorded, not carried out.", report_clause(*runtime.reporting)),
                width, 2);
  return text;
}

std::string ticket_cell(const std::string& ticket) {
  return ticket.size() <= longest_ticket_in_table ? ticket : "see below";
}

std::string rule_table(const ListedRuntime& listed, std::size_t width) {
  const auto any = [&](auto is) { return std::any_of(listed.rules.begin(), listed.rules.end(), is); };
  const bool tickets = any([](const ListedRule& one) { return !one.rule->ticket.empty(); });
  const bool expiries = any([](const ListedRule& one) { return one.rule->expires.has_value(); });
  std::vector<Table::Column> titles{Table::shrinkable("CHANNEL", 9),
                                    Table::shrinkable("HOST", least_for_hosts),
                                    {"PORT"},
                                    Table::shrinkable("MUST RESOLVE TO"),
                                    Table::shrinkable("FROM", std::string_view("[[allow]]").size())};
  if (tickets) titles.push_back(Table::shrinkable("TICKET"));
  // A date is not broken; "(over)" may stand below it.
  if (expiries) titles.push_back(Table::shrinkable("EXPIRES", std::string_view("2027-01-31").size()));
  if (listed.reports) titles.push_back({"MODE"});

  Table table(std::move(titles));
  for (const auto& one : listed.rules) {
    const auto line = to_line(listed, one);
    std::vector<std::string> cells{line.channel, line.host, fmt::format("{} {}", line.port, line.protocol),
                                   line.must_resolve_to, line.from};
    if (tickets) cells.push_back(ticket_cell(line.ticket));
    if (expiries) cells.push_back(line.expires);
    // Until when is in the heading.
    if (listed.reports) cells.emplace_back(one.only_reported ? "report" : "enforce");
    table.add(std::move(cells));
  }
  return table.empty() ? "no rules\n" : table.text(width);
}

/// What the gate does not carry, one table for each reason, so that the reason is said in full.
std::string not_carried_tables(const ListedRuntime& listed, std::size_t width) {
  std::map<std::string, Table> by_reason;
  for (const auto& need : listed.not_carried) {
    const auto line = to_line(listed, need);
    auto [at, added] = by_reason.try_emplace(
        fmt::format("{}: {}", line.carrier, line.why_not),
        std::vector<Table::Column>{Table::shrinkable("CHANNEL"), Table::shrinkable("HOST", least_for_hosts),
                                   Table::shrinkable("PORT", std::string_view("11000-11999").size()),
                                   Table::shrinkable("FROM")});
    at->second.add({line.channel, line.host, fmt::format("{} {}", line.port, line.protocol), line.from});
  }
  std::string text;
  for (const auto& [reason, table] : by_reason)
    text += '\n' + wrapped(fmt::format("Needed, but no rule of the gate - {}", reason), width, 2) + table.text(width);
  return text;
}

/// What the FROM of the tables stands for: each row and each [[allow]] once, for many rules share one.
std::string legend(const std::vector<ListedRuntime>& list, std::size_t width) {
  std::string text;
  std::set<std::string> said;
  const auto say = [&](const Line& line) {
    if (!said.insert(line.from).second) return;
    text += wrapped(fmt::format("{}: {}", line.from, line.purpose), width, 4);
    // What is written by hand has no source but its ticket.
    if (!line.ticket.empty())
      text += wrapped("  Ticket: " + line.ticket, width, 4);
    else if (!line.sources.empty())
      text += wrapped("  Sources: " + line.sources, width, 4);
  };
  for (const auto& listed : list) {
    for (const auto& rule : listed.rules) say(to_line(listed, rule));
    for (const auto& need : listed.not_carried) say(to_line(listed, need));
  }
  return text.empty() ? "" : "\nWhy, and who says so\n" + text;
}

// ---- JSON

json::object to_json(const ListedRuntime& listed) {
  json::array clients;
  for (const auto& range : listed.runtime->clients) clients.emplace_back(to_string(range));
  json::object object{{"runtime", listed.runtime->name.text()},
                      {"kind", to_string(listed.runtime->kind)},
                      {"clients", std::move(clients)},
                      {"mode", listed.reports ? "report" : "enforce"}};
  if (!listed.reports) return object;
  const auto& reporting = *listed.runtime->reporting;
  object["report_until"] = to_text(reporting.until);
  object["reports_everything"] = reporting.everything;
  json::array channels;
  for (const auto& channel : reporting.channels) channels.emplace_back(channel.text());
  object["reported_channels"] = std::move(channels);
  return object;
}

json::object to_json(const ListedRuntime& of, const ListedRule& listed) {
  const auto& rule = *listed.rule;
  json::array addresses;
  for (const auto& range : rule.addresses) addresses.emplace_back(to_string(range));
  json::object object{{"rule", rule.name.text()},
                      {"runtime", rule.runtime.text()},
                      {"kind", to_string(of.runtime->kind)},
                      {"mode", listed.only_reported ? "report" : "enforce"},
                      {"channel", rule.channel.text()},
                      {"host", rule.pattern.text()},
                      {"port", rule.port},
                      {"protocol", to_string(rule.protocol)},
                      {"addresses", std::move(addresses)},
                      {"origin", rule.provenance.origin},
                      {"purpose", rule.provenance.purpose},
                      {"source", rule.provenance.source}};
  if (listed.row != nullptr) object["row"] = listed.row->id;
  if (rule.expires) object["expires"] = to_text(rule.expires);
  if (listed.expired) object["expired"] = true;
  if (!rule.ticket.empty()) object["ticket"] = rule.ticket;
  return object;
}

json::object to_json(const ListedRuntime& of, const adf::Need& need) {
  const auto line = to_line(of, need);
  return {{"carried_by", line.carrier}, {"runtime", line.runtime}, {"channel", line.channel},
          {"host", line.host},          {"ports", line.port},      {"transport", line.protocol},
          {"row", need.row->id},        {"purpose", line.purpose}, {"source", line.sources},
          {"why", line.why_not}};
}

// ---- Markdown

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const auto& cell : cells) text += fmt::format(" {} |", cell);
  return text + '\n';
}

/// The columns that at least one line fills.
std::string markdown_table(const std::vector<Line>& lines) {
  std::vector<std::string> titles;
  std::vector<std::string> rule;
  std::vector<Column> used;
  for (const auto& column : columns) {
    if (std::all_of(lines.begin(), lines.end(), [&](const Line& line) { return (line.*column.field).empty(); }))
      continue;
    used.push_back(column);
    titles.emplace_back(column.title);
    rule.emplace_back("---");
  }
  auto text = markdown_row(titles) + markdown_row(rule);
  for (const auto& line : lines) {
    std::vector<std::string> cells;
    for (const auto& column : used) cells.push_back(markdown_cell(line.*column.field));
    text += markdown_row(cells);
  }
  return text;
}

}  // namespace

std::string rules_as_table(const std::vector<ListedRuntime>& list, std::size_t width) {
  std::string text;
  for (const auto& listed : list)
    text += (text.empty() ? "" : "\n") + heading(listed, width) + rule_table(listed, width) +
            not_carried_tables(listed, width);
  return text + legend(list, width);
}

std::string rules_as_json(const std::vector<ListedRuntime>& list) {
  json::array runtimes;
  json::array rules;
  json::array not_carried;
  for (const auto& listed : list) {
    runtimes.push_back(to_json(listed));
    for (const auto& rule : listed.rules) rules.push_back(to_json(listed, rule));
    for (const auto& need : listed.not_carried) not_carried.push_back(to_json(listed, need));
  }
  const json::object answer{
      {"runtimes", std::move(runtimes)}, {"rules", std::move(rules)}, {"not_carried", std::move(not_carried)}};
  return json::serialize(answer) + '\n';
}

std::string csv_cell(std::string_view text) {
  // A spreadsheet runs a cell that starts with one of these, in quotes or not. One of a country where numbers have
  // commas begins a cell at a semicolon, and takes our quotes behind it for its own.
  std::string cell;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at == 0 || text[at - 1] == ';') {
      const auto starts = at == 0 ? at : text.find_first_not_of(" \"", at);
      if (starts != std::string_view::npos &&
          std::string_view("=+-@\t\r\n").find(text[starts]) != std::string_view::npos)
        cell += '\'';
    }
    cell += text[at];
  }
  if (cell.find_first_of("\",\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string rules_as_csv(const std::vector<ListedRuntime>& list) {
  std::string text;
  for (const auto& column : columns) text += (text.empty() ? "" : ",") + csv_cell(column.title);
  text += "\r\n";
  const auto add = [&](const Line& line) {
    for (const auto& column : columns)
      text += csv_cell(line.*column.field) + (&column == &columns.back() ? "\r\n" : ",");
  };
  for (const auto& listed : list)
    for (const auto& rule : listed.rules) add(to_line(listed, rule));
  for (const auto& listed : list)
    for (const auto& need : listed.not_carried) add(to_line(listed, need));
  return text;
}

std::string markdown_cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (std::string_view("\\|`*_<>[]~&").find(c) != std::string_view::npos) cell += '\\';
    cell += control ? ' ' : c;
  }
  return cell;
}

std::string rules_as_markdown(const std::vector<ListedRuntime>& list) {
  std::vector<Line> rules;
  std::vector<Line> needs;
  std::string reports;
  for (const auto& listed : list) {
    for (const auto& rule : listed.rules) rules.push_back(to_line(listed, rule));
    for (const auto& need : listed.not_carried) needs.push_back(to_line(listed, need));
    if (listed.reports)
      reports += fmt::format("Runtime {} {}.\n\n", markdown_cell(listed.runtime->name.text()),
                             markdown_cell(report_clause(*listed.runtime->reporting)));
  }
  auto text = fmt::format("## Rules of the gate\n\n{}{}", reports, markdown_table(rules));
  if (!needs.empty()) text += "\n## Needed, but no rule of the gate\n\n" + markdown_table(needs);
  return text;
}

}  // namespace shirgate
