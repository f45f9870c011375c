#include "cli/init_status.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "policy/adf/shared_tenant.hpp"
#include "policy/target.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::string_view source = "the status";

/// More of anything than a runtime has: four nodes, and a handful of relays.
constexpr std::size_t longest_list = 64;

/// "serviceUrls", "service_urls" and "ServiceUrls" are one name.
std::string folded(std::string_view name) {
  std::string text;
  for (const unsigned char c : name)
    if (c != '_') text += static_cast<char>(std::tolower(c));
  return text;
}

const json::value* find_in(const json::object& object, std::string_view name) {
  for (const auto& [key, value] : object)
    if (folded(key) == name) return value.is_null() ? nullptr : &value;
  return nullptr;
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const auto* value = find_in(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

/// Reads one answer, from its innermost object outwards.
class Status {
 public:
  Status(const json::object& root, InitAnswers& answers) : answers_(answers) {
    const auto* properties = object_in(root, "properties");
    if (properties != nullptr) {
      if (const auto* inner = object_in(*properties, "typeproperties")) levels_.push_back(inner);
      levels_.push_back(properties);
    }
    levels_.push_back(&root);
  }

  /// `name` in folded letters; null where it is absent or null.
  const json::value* find(std::string_view name) {
    for (const auto* level : levels_)
      if (const auto* found = find_in(*level, name)) {
        known_ = true;
        return found;
      }
    return nullptr;
  }
  [[nodiscard]] bool knows_anything() const { return known_; }

  /// "On", "true" or true; "Off", "false" or false.
  std::optional<bool> flag(std::string_view name, std::string_view spelling) {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* flag = value->if_bool()) return *flag;
    const auto word = value->is_string() ? folded(value->get_string()) : std::string();
    if (word == "on" || word == "true") return true;
    if (word == "off" || word == "false") return false;
    complain_of(fmt::format("{} must be On, Off, true or false", spelling));
    return std::nullopt;
  }

  const json::array* list(std::string_view name, std::string_view spelling) {
    const auto* value = find(name);
    if (value == nullptr) return nullptr;
    const auto* items = value->if_array();
    if (items == nullptr || items->size() > longest_list) {
      complain_of(fmt::format("{} must be a list of at most {}", spelling, longest_list));
      return nullptr;
    }
    return items;
  }

  /// A text made of digits, letters of dates and points only: nothing else goes into a comment.
  std::string plain(std::string_view name) {
    const auto* value = find(name);
    if (value == nullptr || !value->is_string()) return {};
    const std::string_view text = value->get_string();
    const bool fits = text.size() <= 40 && text.find_first_not_of("0123456789.:+-TZ ") == std::string_view::npos;
    return fits ? std::string(text) : std::string();
  }

  void complain_of(std::string_view text) { answers_.complaints.push_back(fmt::format("{}: {}", source, text)); }

 private:
  InitAnswers& answers_;
  std::vector<const json::object*> levels_;
  bool known_ = false;
};

/// By value: the type alone is not worth anything.
bool is_managed(Status status) {
  const auto* type = status.find("type");
  return type != nullptr && type->is_string() && folded(type->get_string()) == "managed";
}

void say_update(InitAnswers& answers, Status& status) {
  const auto updates = status.flag("autoupdate", "autoUpdate");
  const auto latest = status.plain("latestversion");
  const auto date = status.plain("scheduledupdatedate");
  if (!updates) return;
  say(answers, "auto_update", {*updates ? "true" : "false"}, source, Weight::yielding);
  if (!latest.empty())
    answers.remarks.emplace("auto_update", fmt::format("The status: the latest version is {}.", latest));
  if (!date.empty()) answers.remarks.emplace("auto_update", fmt::format("The status: an update is due {}.", date));
}

/// "https://g1.servicebus.windows.net:443/path" -> the host; nothing where there is none.
std::optional<std::string> host_of(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto colon = url.find(':'); colon != std::string_view::npos) {
    if (parse_port(url.substr(colon + 1)).has_error()) return std::nullopt;
    url = url.substr(0, colon);
  }
  const auto host = parse_host(url);
  return host.has_value() ? std::optional(host->text()) : std::nullopt;
}

void say_service_urls(InitAnswers& answers, Status& status, const adf::Catalogue& catalogue) {
  const auto* urls = status.list("serviceurls", "serviceUrls");
  if (urls == nullptr) return;
  const auto suffix = relay_suffix(catalogue, value_or_default(answers, "cloud"));
  adf::Texts relays;
  adf::Texts others;
  std::size_t nameless = 0;
  for (const auto& url : *urls) {
    const auto host = url.is_string() ? host_of(url.get_string()) : std::nullopt;
    const bool is_relay = host && *host != suffix && adf::is_at_or_under(*host, suffix);
    if (host)
      (is_relay ? relays : others).push_back(*host);
    else
      ++nameless;
  }
  if (!relays.empty()) say(answers, "relay_hosts", relays, source, Weight::yielding);
  if (!others.empty())
    answers.remarks.emplace("relay_hosts",
                            fmt::format("The status also lists, and this file does not use, what is not below "
                                        "{}: {}",
                                        suffix, fmt::join(others, ", ")));
  if (nameless > 0)
    answers.notes.push_back(fmt::format("{}: {} of serviceUrls is no host name; not used", source, nameless));
}

/// Only some versions of the interface say addresses. What a node calls itself is not always what the gate sees.
void say_nodes(InitAnswers& answers, Status& status) {
  const auto* nodes = status.list("nodes", "nodes");
  if (nodes == nullptr) return;
  if (nodes->size() > 1) say(answers, "ha", {"true"}, source, Weight::yielding);
  adf::Texts ranges;
  for (const auto& node : *nodes) {
    const auto* value = node.is_object() ? find_in(node.get_object(), "ipaddress") : nullptr;
    const auto address = value != nullptr && value->is_string() ? parse_address(value->get_string()) : std::nullopt;
    if (!address || classify(*address) == AddressClass::prohibited) continue;
    auto range = to_string(AddressRange{*address, address->is_v4 ? 32 : 128});
    if (std::find(ranges.begin(), ranges.end(), range) == ranges.end()) ranges.push_back(std::move(range));
  }
  // A node left out would be turned away without anybody having decided it.
  if (!answers.clients.empty() || ranges.empty() || ranges.size() != nodes->size()) return;
  answers.clients = std::move(ranges);
  answers.remarks.emplace("clients", "The addresses the nodes have by the status; behind NAT the gate sees others.");
}

}  // namespace

void say_status(InitAnswers& answers, std::string_view text, const adf::Catalogue& catalogue) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  json::error_code error;
  const auto parsed = json::parse({text.data(), text.size()}, error);
  if (error || !parsed.is_object()) {
    answers.complaints.push_back(fmt::format("{}: not a JSON object; save what getStatus answers, as UTF-8", source));
    return;
  }
  Status facts(parsed.get_object(), answers);
  if (is_managed(facts)) return facts.complain_of("it is of an Azure integration runtime, not of a self-hosted one");
  say_update(answers, facts);
  if (facts.flag("selfcontainedinteractiveauthoringenabled", "selfContainedInteractiveAuthoringEnabled")
          .value_or(false))
    say(answers, "interactive_authoring", {"self-contained"}, source, Weight::yielding);
  say_service_urls(answers, facts, catalogue);
  say_nodes(answers, facts);
  if (!facts.knows_anything())
    facts.complain_of(
        "nothing in it is known; serviceUrls, autoUpdate and nodes are looked for under "
        "properties.typeProperties");
}

}  // namespace shirgate
