#include <boost/json.hpp>

#include "cli/json_text.hpp"
#include "cli/report_formats.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

template <class Items>
json::array to_array(const Items& items) {
  json::array array;
  for (const auto& item : items) array.emplace_back(item);
  return array;
}

json::value microseconds(const DialTimes& times, double q) {
  const auto time = times.quantile(q);
  return time ? json::value(time->count()) : json::value(nullptr);
}

json::object to_object(const HostSummary& host) {
  return {{"tunnels", host.tunnels},
          {"cut", host.cut},
          {"failed", host.failed},
          {"torn", host.torn},
          {"open", host.open},
          {"bytes_from_client", host.bytes_from_client},
          {"bytes_from_upstream", host.bytes_from_upstream},
          {"dial_p50_us", microseconds(host.dial_times, 0.5)},
          {"dial_p99_us", microseconds(host.dial_times, 0.99)},
          {"first_seen", host.first_seen},
          {"last_seen", host.last_seen}};
}

json::array classes_of(const FewOf& addresses) {
  json::array array;
  for (const auto& address : addresses.listed()) array.emplace_back(class_of(address));
  return array;
}

json::object to_object(const Report::Channel& channel, const std::string& target, const HostSummary& host) {
  auto object = to_object(host);
  object["runtime"] = channel.runtime;
  object["channel"] = channel.channel;
  object["target"] = target;
  object["rule"] = host.rule;
  object["first_use"] = !host.first_use.empty();
  object["sni"] = to_array(host.snis.listed());
  object["more_sni"] = host.snis.more();
  object["addresses"] = to_array(host.addresses.listed());
  object["address_classes"] = classes_of(host.addresses);
  object["more_addresses"] = host.addresses.more();
  return object;
}

json::object to_object(const Report::Refused& key, const RefusedSummary& summary) {
  return {{"runtime", key.runtime},
          {"channel", summary.channel},
          {"target", key.target},
          {"sni", key.sni},
          {"reason", key.reason},
          {"count", summary.count},
          {"first_seen", summary.first_seen},
          {"last_seen", summary.last_seen},
          {"clients", to_array(summary.clients.listed())},
          {"more_clients", summary.clients.more()}};
}

json::object to_object(const Attempt& attempt) {
  auto object = to_object(*attempt.key, *attempt.summary);
  const auto& advice = attempt.advice;
  object["advice"] = advice.text;
  object["resembles"] = advice.resembles;
  object["documented"] = advice.documented;
  object["setting"] = advice.setting;
  object["replaces"] = advice.replaces;
  object["add"] = advice.allow;
  object["careful"] = advice.against;
  return object;
}

json::array to_array_of(const std::vector<Attempt>& attempts) {
  json::array array;
  for (const auto& attempt : attempts) array.push_back(to_object(attempt));
  return array;
}

json::array to_array_of(const std::vector<WrongAnswer>& answers) {
  json::array array;
  for (const auto& answer : answers) {
    auto object = to_object(*answer.key, *answer.summary);
    json::array addresses;
    for (const auto& [address, kind] : answer.addresses) addresses.push_back({{"address", address}, {"class", kind}});
    object["addresses"] = std::move(addresses);
    object["more_addresses"] = answer.summary->addresses.more();
    array.push_back(std::move(object));
  }
  return array;
}

json::array totals_of(const Report& report) {
  json::array totals;
  for (const auto& [channel, hosts] : report.channels()) {
    auto total = to_object(total_of(hosts));
    total["runtime"] = channel.runtime;
    total["channel"] = channel.channel;
    total["hosts"] = hosts.listed.size();
    total["hosts_only_counted"] = hosts.rest_hosts.count();
    totals.push_back(std::move(total));
  }
  return totals;
}

json::array hosts_of(const Report& report) {
  json::array hosts;
  for (const auto& [channel, of_channel] : report.channels())
    for (const auto& [target, host] : of_channel.listed) hosts.push_back(to_object(channel, target, host));
  return hosts;
}

json::array strangers_of(const Findings& findings) {
  json::array strangers;
  for (const auto& stranger : findings.strangers) {
    auto object = to_object(*stranger.channel, *stranger.target, *stranger.host);
    object["first_use_at"] = stranger.host->first_use;
    strangers.push_back(std::move(object));
  }
  return strangers;
}

json::array unused_of(const Findings& findings) {
  json::array unused;
  for (const auto* rule : findings.unused)
    unused.push_back({{"rule", rule->name.text()},
                      {"runtime", rule->runtime.text()},
                      {"channel", rule->channel.text()},
                      {"pattern", rule->pattern.text()},
                      {"port", rule->port},
                      {"origin", rule->provenance.origin}});
  return unused;
}

}  // namespace

std::string report_as_json(const Findings& findings) {
  const auto& report = *findings.report;
  auto refused = to_array_of(findings.unlisted);
  for (auto& other : to_array_of(findings.refused)) refused.push_back(std::move(other));
  json::object answer{{"lines", report.lines()},
                      {"first_seen", report.first_seen()},
                      {"last_seen", report.last_seen()},
                      {"totals", totals_of(report)},
                      {"channels", hosts_of(report)},
                      {"torn_unknown", report.torn_unknown()},
                      {"unlisted", to_array_of(findings.unlisted)},
                      {"refused", std::move(refused)},
                      {"refused_only_counted", report.refused().rest.count},
                      {"reported", to_array_of(findings.reported)},
                      {"reported_only_counted", report.reported().rest.count},
                      {"public_on_private", to_array_of(findings.public_on_private)},
                      {"other_wrong_answers", to_array_of(findings.other_wrong_answers)},
                      {"strangers", strangers_of(findings)},
                      {"unreadable", to_array(findings.troubles->unreadable)},
                      {"unreadable_count", findings.troubles->unreadable_count},
                      {"torn_tails", to_array(findings.troubles->torn)},
                      {"broken", to_array(findings.troubles->broken)}};
  if (findings.has_rules) answer["unused_rules"] = unused_of(findings);
  return json_text(answer) + '\n';
}

}  // namespace shirgate
