#include "lab/channel_result.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "audit/fields.hpp"

namespace shirgate::lab {
namespace {

/// How a failure feels to a .NET client, in the words of the catalogue's `symptom`.
std::string_view symptom_of(const Visit& visit) {
  if (visit.untrusted) return "untrusted";
  return visit.status == 200 ? "cut" : "refused";
}

/// The first message that fits.
template <class Fits>
const adf::ErrorMessage* first_message(const adf::Catalogue& catalogue, Fits fits) {
  const auto found = std::find_if(catalogue.errors.begin(), catalogue.errors.end(), fits);
  return found == catalogue.errors.end() ? nullptr : &*found;
}

void add(ChannelResult& result, const Told& told, const adf::Catalogue& catalogue) {
  const auto& visit = told.errand.visit;
  ++result.errands;
  result.sent += visit.sent;
  result.received += visit.received;
  if (visit.works()) {
    ++result.worked;
    return;
  }
  const auto reason = reason_of_gate(told.trail);
  if (reason) result.found.reasons.insert(*reason);
  if (!result.trouble.empty()) return;
  result.trouble = fmt::format("{}: {}", told.errand.title, visit.trouble);
  if (const auto* message = message_for(catalogue, result.channel, reason, visit)) result.shown = *message;
}

Outcome outcome_of(const ChannelResult& result) {
  if (result.errands == 0) return Outcome::unused;
  if (result.worked == result.errands) return Outcome::works;
  return result.worked == 0 ? Outcome::blocked : Outcome::degraded;
}

}  // namespace

std::string to_string(const Expected& expected) {
  if (expected.reasons.empty()) return std::string(to_string(expected.outcome));
  std::vector<std::string_view> words;
  for (const auto reason : expected.reasons) words.push_back(to_string(reason));
  return fmt::format("{} ({})", to_string(expected.outcome), fmt::join(words, ", "));
}

std::optional<Reason> reason_of_gate(const std::vector<AuditLine>& trail) {
  const auto last =
      std::find_if(trail.rbegin(), trail.rend(), [](const AuditLine& line) { return line.is_terminal(); });
  if (last == trail.rend()) return std::nullopt;
  const auto reason = parse_reason(last->text(field::reason));
  if (!reason) return std::nullopt;
  switch (*reason) {
    case Reason::client_closed:
    case Reason::client_reset:
    case Reason::client_vanished:
    case Reason::upstream_closed:
    case Reason::upstream_reset:
    case Reason::upstream_vanished: return std::nullopt;
    default: return reason;
  }
}

const adf::ErrorMessage* message_for(const adf::Catalogue& catalogue, std::string_view channel,
                                     std::optional<Reason> reason, const Visit& visit) {
  using Message = adf::ErrorMessage;
  const auto of_channel = [&](const Message& message) { return message.channel == channel; };
  const auto* exact = first_message(catalogue, [&](const Message& message) {
    return of_channel(message) && reason && message.reason == to_string(*reason);
  });
  if (exact != nullptr) return exact;
  const auto symptom = symptom_of(visit);
  const auto* felt = first_message(catalogue, [&](const Message& message) { return message.symptom == symptom; });
  const auto* for_channel = first_message(catalogue, of_channel);
  // A certificate that is not trusted says so whatever the channel.
  return visit.untrusted || for_channel == nullptr ? felt : for_channel;
}

std::vector<ChannelResult> channel_results(const Scenario& scenario, const std::vector<Told>& walk) {
  std::vector<ChannelResult> results;
  for (const auto& channel : scenario.node.uses) {
    ChannelResult result{.channel = channel, .expected = scenario.expect.find(channel)->second, .found = {}};
    for (const auto& told : walk)
      if (told.errand.channel == channel) add(result, told, *scenario.config.catalogue);
    result.found.outcome = outcome_of(result);
    results.push_back(std::move(result));
  }
  return results;
}

std::string_view status_of(const std::vector<ChannelResult>& channels) {
  std::string_view status = "Online";
  for (const auto& result : channels) {
    const bool works = result.found.outcome == Outcome::works;
    const bool matters = result.channel == "control" || result.channel == "relay" || result.channel == "update";
    if (result.channel == "control" && result.found.outcome == Outcome::blocked) return "Offline";
    if (matters && !works) status = "Limited";
  }
  return status;
}

}  // namespace shirgate::lab
