#include "cli/learned_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "cli/report_formats.hpp"
#include "cli/table.hpp"
#include "config/doh_resolvers.hpp"
#include "config/lint.hpp"
#include "config/values.hpp"
#include "policy/adf/shared_tenant.hpp"
#include "policy/resemblance.hpp"

namespace shirgate {
namespace {

std::string quoted_list(const std::vector<std::string>& items) {
  return items.empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(items, "\", \""));
}

/// As a configuration writes one address.
std::string range_of(const Address& address) { return to_string(address) + (address.is_v4 ? "/32" : "/128"); }

/// Where the addresses are that a host was reached at.
struct Places {
  bool any_public = false;
  bool any_private = false;
  bool any_other = false;
  std::vector<std::string> ranges;
};

Places places_of(const PassedHost& host) {
  Places places;
  for (const auto& text : host.addresses) {
    const auto address = parse_address(text);
    if (!address) {
      places.any_other = true;
      continue;
    }
    const auto kind = classify(*address);
    (kind == AddressClass::public_   ? places.any_public
     : kind == AddressClass::special ? places.any_private
                                     : places.any_other) = true;
    places.ranges.push_back(range_of(*address));
  }
  return places;
}

/// One host that passed, with all that decides how it is written.
struct Candidate {
  const PassedHost* host;
  Target target;
  std::string channel;
  Resemblance likeness;
  std::vector<std::string> ranges;  ///< where it must resolve to; empty: public addresses
  std::string doubt;                ///< why it is a comment; empty where it is not
};

/// Likeness alone is no document for this host: see doubt_about.
bool is_documented(const Resemblance& likeness) {
  return likeness.row != nullptr && likeness.row->transport != adf::Transport::comparison;
}

bool is_control(const Candidate& candidate) {
  return is_documented(candidate.likeness) && candidate.likeness.row->channel == "control";
}

/// "{factory}.{region}.datafactory.azure.net" and a host of that form -> the two lines; empty for any other host.
std::string factory_and_region(std::string_view pattern, std::string_view host) {
  constexpr std::string_view placeholders = "{factory}.{region}";
  if (!pattern.starts_with(placeholders) || !host.ends_with(pattern.substr(placeholders.size()))) return {};
  host.remove_suffix(pattern.size() - placeholders.size());
  const auto dot = host.find('.');
  if (dot == std::string_view::npos || dot != host.rfind('.')) return {};
  return fmt::format("factory = \"{}\"\nregion = \"{}\"", host.substr(0, dot), host.substr(dot + 1));
}

/// What to write into the [[runtime]] so that this is its control host; empty where the host does not say.
std::string identity_of(const Candidate& candidate) {
  const auto* row = candidate.likeness.row;
  if (!is_control(candidate) || !row->ports.contains(candidate.target.port)) return {};
  auto text = candidate.likeness.setting;
  if (text.empty()) text = factory_and_region(row->pattern, candidate.target.host.text());
  return text.empty() || row->cloud == "public" ? text : fmt::format("{}\ncloud = \"{}\"", text, row->cloud);
}

/// A row is like every name below what its names have in common; it documents those that a setting would list, and its
/// ports. Empty where that is so.
std::string not_documented(const Candidate& candidate) {
  if (!is_documented(candidate.likeness)) return "Microsoft does not document that SHIR needs it";
  if (!candidate.likeness.row->ports.contains(candidate.target.port))
    return fmt::format("Microsoft does not document port {} for it", candidate.target.port);
  if (candidate.likeness.setting.empty() && identity_of(candidate).empty())
    return is_control(candidate) ? "it is below a documented name and not the control host of any factory"
                                 : "no setting of a [[runtime]] lists it";
  return {};
}

/// Why nobody should open it without a ticket; empty where nothing speaks against it. Of several control hosts only one
/// is the runtime's own: what that says of the others is not told here.
std::string doubt_about(const adf::Catalogue& catalogue, const Candidate& candidate, const Places& places) {
  const auto& host = candidate.target.host;
  if (candidate.likeness.look_alike) return candidate.likeness.phrase;
  if (auto doubt = not_documented(candidate); !doubt.empty()) return doubt;
  const auto below = parse_pattern("*." + host.text());
  if (below.has_value())
    if (const auto suffix = adf::shared_tenant_suffix_of(catalogue, *below); !suffix.empty())
      return fmt::format("anybody can rent a name below {}: find out whose this one is", suffix);
  if (const auto exact = parse_pattern(host.text()); exact.has_value() && opens_doh_resolver(*exact))
    return "it resolves names over HTTPS, so anything can leave through it";
  if (!candidate.host->lifted.empty())
    return fmt::format("only report mode let its first bytes pass: {}", candidate.host->lifted);
  if (places.any_other) return "it led to addresses that are never dialled";
  if (places.any_public && places.any_private) return "it led to public and to private addresses";
  if (places.any_private && candidate.host->more_addresses) return "it led to too many private addresses to list";
  return {};
}

std::string channel_of(const PassedHost& host, const Resemblance& likeness) {
  if (!host.channels.empty() && is_plain_name(*host.channels.begin())) return *host.channels.begin();
  return is_documented(likeness) ? likeness.row->channel : std::string(placeholder_channel);
}

std::string seen_text(const PassedHost& host) {
  return fmt::format("{}, {} sent, first {}, last {}", counted(host.tunnels, "tunnel"),
                     human_bytes(host.bytes_from_client), short_time(host.first_seen), short_time(host.last_seen));
}

class LearnedRuntime {
 public:
  LearnedRuntime(const std::string& name, const Passed::Runtime& passed, const adf::Catalogue& catalogue)
      : name_(name), passed_(passed), catalogue_(catalogue) {}

  [[nodiscard]] std::string write() {
    read_hosts();
    const auto* control = control_host();
    doubt_other_control_hosts(control);
    auto text = header(control);
    std::map<std::tuple<std::string, std::uint16_t, std::vector<std::string>>, std::vector<std::string>> allowed;
    for (const auto& candidate : candidates_)
      if (&candidate != control && candidate.doubt.empty())
        allowed[{candidate.channel, candidate.target.port, candidate.ranges}].push_back(candidate.target.host.text());
    for (const auto& [key, hosts] : allowed) {
      const auto& [channel, port, ranges] = key;
      text += '\n' + allow(channel, hosts, port, ranges);
    }
    for (const auto& candidate : candidates_)
      if (&candidate != control && !candidate.doubt.empty()) text += '\n' + doubtful(candidate);
    return text + unwritable_;
  }

 private:
  void read_hosts() {
    for (const auto& [text, host] : passed_.hosts) {
      const auto target = parse_target(text);
      if (target.has_error()) {
        unwritable_ += fmt::format("# No rule can name {}.\n", printable(text));
        continue;
      }
      auto likeness = resemblance(catalogue_, target->host, {});
      const auto places = places_of(host);
      Candidate candidate{&host, *target, channel_of(host, likeness), std::move(likeness)};
      if (places.any_private) candidate.ranges = places.ranges;
      candidate.doubt = doubt_about(catalogue_, candidate, places);
      candidates_.push_back(std::move(candidate));
    }
  }

  /// The host that says which factory it is: of those that a rule let pass the one that was used most. Without any,
  /// the only one that report mode let out; of several nobody can tell whose they are, and use proves nothing.
  [[nodiscard]] const Candidate* control_host() const {
    const Candidate* by_rule = nullptr;
    std::vector<const Candidate*> others;
    for (const auto& candidate : candidates_) {
      if (!candidate.doubt.empty() || identity_of(candidate).empty()) continue;
      if (candidate.host->channels.empty())
        others.push_back(&candidate);
      else if (by_rule == nullptr || candidate.host->tunnels > by_rule->host->tunnels)
        by_rule = &candidate;
    }
    if (by_rule != nullptr) return by_rule;
    return others.size() == 1 ? others.front() : nullptr;
  }

  /// A runtime has one: another that was reached is another factory's, perhaps of somebody else.
  void doubt_other_control_hosts(const Candidate* control) {
    for (auto& candidate : candidates_) {
      if (&candidate == control || !is_control(candidate) || !candidate.doubt.empty()) continue;
      candidate.doubt = control == nullptr
                            ? "it is one of several control hosts, and no rule says which is this runtime's: find out"
                            : fmt::format("it is the control host of another factory or region than {}: find out whose",
                                          control->target.host.text());
    }
  }

  [[nodiscard]] std::string header(const Candidate* control) const {
    std::vector<std::string> clients;
    for (const auto& client : passed_.clients)
      if (const auto address = parse_address(client)) clients.push_back(range_of(*address));
    auto text = fmt::format("\n[[runtime]]\nname = \"{}\"\nclients = {}{}\n", name_, quoted_list(clients),
                            passed_.more_clients ? "  # and more, for which there was no room here" : "");
    if (control == nullptr) {
      text +=
          "# No control host passed, or several that no rule lists, so nobody can tell which factory it is. Fill in:\n"
          "# factory = \"NAME\"\n# region = \"REGION\"\n";
    } else {
      text += fmt::format("# As {} says: {}.\n{}\n", control->target.host.text(), seen_text(*control->host),
                          identity_of(*control));
      if (!control->ranges.empty())
        text += fmt::format("private_link = {{ control = {} }}\n", quoted_list(control->ranges));
    }
    // What they would add is listed below where it was used, by name.
    return text + "interactive_authoring = \"off\"\nauto_update = false\n";
  }

  [[nodiscard]] std::string allow(std::string_view channel, const std::vector<std::string>& hosts, std::uint16_t port,
                                  const std::vector<std::string>& ranges) const {
    auto text = fmt::format("[[allow]]\nruntime = \"{}\"\nchannel = \"{}\"\nhosts = {}\nports = [{}]\n", name_, channel,
                            quoted_list(hosts), port);
    if (!ranges.empty()) text += fmt::format("addresses = {}\n", quoted_list(ranges));
    return text;
  }

  [[nodiscard]] std::string doubtful(const Candidate& candidate) const {
    auto text =
        fmt::format("# {}: {}.\n# {}\n", candidate.target.host.text(), candidate.doubt, seen_text(*candidate.host));
    if (!candidate.likeness.phrase.empty()) text += fmt::format("# Looks like {}\n", candidate.likeness.phrase);
    text +=
        commented(allow(candidate.channel, {candidate.target.host.text()}, candidate.target.port, candidate.ranges) +
                  fmt::format("ticket = \"{}\"\n", placeholder_ticket));
    // A setting opens the row's ports, and says that the factory is this runtime's.
    const bool would_help = !candidate.likeness.setting.empty() &&
                            candidate.likeness.row->ports.contains(candidate.target.port) && !is_control(candidate);
    if (would_help) text += "# or, better, in the [[runtime]]:\n" + commented(candidate.likeness.setting);
    return text;
  }

  [[nodiscard]] static std::string commented(std::string_view text) {
    std::string lines;
    for (const auto line : lines_of(text)) lines += fmt::format("#   {}\n", printable(line));
    return lines;
  }

  const std::string& name_;
  const Passed::Runtime& passed_;
  const adf::Catalogue& catalogue_;
  std::vector<Candidate> candidates_;
  std::string unwritable_;
};

}  // namespace

std::string learned_text(const Passed& passed, const adf::Catalogue& catalogue) {
  auto text = fmt::format(
      "# Learned from {} that passed from {} to {} (UTC): exact hosts, and nothing else.\n"
      "# What passed is not what is needed. Read every line, and put a ticket to those that are comments.\n",
      counted(passed.tunnels(), "tunnel"), short_time(passed.first_seen()), short_time(passed.last_seen()));
  if (passed.left_out() > 0)
    text += fmt::format("# {} to hosts beyond the first {} are left out.\n", counted(passed.left_out(), "tunnel"),
                        Passed::max_hosts);
  text +=
      "\n[gate]\nlisten = [\"0.0.0.0:3128\"]  # better: the one address that the clients use\n\n[audit]\n"
      "directory = \"/var/lib/shirgate/audit\"\n";
  for (const auto& [name, runtime] : passed.runtimes())
    text += is_plain_name(name) ? LearnedRuntime(name, runtime, catalogue).write()
                                : fmt::format("\n# No runtime can be called '{}'.\n", printable(name));
  return text;
}

}  // namespace shirgate
