#include "cli/replay_text.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/json_text.hpp"
#include "cli/report_formats.hpp"
#include "cli/table.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

std::string table_of(const Replay::Changes& changes, std::string_view reason, std::size_t width) {
  Table table({{"RUNTIME"},
               Table::shrinkable("TARGET", 20),
               {std::string(reason)},
               {"TIMES", Align::right},
               {"LAST"},
               Table::shrinkable("CLIENTS", 12)});
  for (const auto& [key, summary] : changes.listed)
    table.add({key.runtime, key.target, key.reason, std::to_string(summary.count), short_time(summary.last_seen),
               few_text(summary.clients)});
  auto text = table.text(width);
  if (changes.rest.count > 0)
    text += fmt::format("{} on {} targets were only counted\n", counted(changes.rest.count, "time"),
                        more_text(changes.rest_targets.count(), changes.rest_targets.is_least()));
  return text;
}

json::array to_array(const Replay::Changes& changes) {
  json::array array;
  for (const auto& [key, summary] : changes.listed) {
    json::array clients;
    for (const auto& client : summary.clients.listed()) clients.emplace_back(client);
    array.push_back({{"runtime", key.runtime},
                     {"target", key.target},
                     {"reason", key.reason},
                     {"count", summary.count},
                     {"first_seen", summary.first_seen},
                     {"last_seen", summary.last_seen},
                     {"clients", std::move(clients)},
                     {"more_clients", summary.clients.more()}});
  }
  return array;
}

}  // namespace

std::string replay_as_text(const Replay& replay, std::size_t width) {
  std::string text;
  if (replay.would_refuse().none())
    text = fmt::format("Nothing that passed would be refused ({}).\n", counted(replay.tunnels(), "tunnel"));
  else
    text = fmt::format("What passed and would be refused\n\n{}", table_of(replay.would_refuse(), "WOULD BE", width));
  if (replay.only_reported() > 0)
    text += fmt::format("{} would pass by report mode alone.\n", counted(replay.only_reported(), "tunnel"));
  if (!replay.would_allow().none())
    text +=
        fmt::format("\nWhat was refused and would be let through\n\n{}", table_of(replay.would_allow(), "WAS", width));
  return text;
}

std::string replay_as_json(const Replay& replay) {
  const json::object answer{{"tunnels", replay.tunnels()},
                            {"refusals", replay.refusals()},
                            {"would_refuse", to_array(replay.would_refuse())},
                            {"would_refuse_only_counted", replay.would_refuse().rest.count},
                            {"would_allow", to_array(replay.would_allow())},
                            {"would_allow_only_counted", replay.would_allow().rest.count},
                            {"only_reported", replay.only_reported()}};
  return json_text(answer) + '\n';
}

}  // namespace shirgate
