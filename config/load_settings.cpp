#include "config/load_settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shirgate {
namespace {

/// Reads one row of the settings table into its field.
struct ReadInto {
  Settings& settings;
  TableReader& section;
  const SettingRow& row;

  void operator()(RelayMode Settings::*field) const {
    const auto word = section.choice(row.key, {"auto", "splice", "copy"});
    if (word == "splice") settings.*field = RelayMode::splice;
    if (word == "copy") settings.*field = RelayMode::copy;
  }

  void operator()(Durability Settings::*field) const {
    if (section.choice(row.key, {"group", "fsync"}) == "fsync") settings.*field = Durability::fsync;
  }

  void operator()(std::int64_t Settings::*field) const {
    if (const auto value = section.number(row.key, row.least, row.most)) settings.*field = *value;
  }

  void operator()(std::chrono::milliseconds Settings::*field) const {
    const auto value = section.number(row.key, row.least, row.most);
    if (!value) return;
    settings.*field = is_in_milliseconds(row) ? std::chrono::milliseconds(*value) : std::chrono::seconds(*value);
  }

  void operator()(bool Settings::*field) const {
    if (const auto value = section.flag(row.key)) settings.*field = *value;
  }

  void operator()(std::string Settings::*field) const {
    if (auto value = section.text(row.key)) settings.*field = *std::move(value);
  }

  void operator()(std::vector<Endpoint> Settings::*field) const {
    const bool is_listener = row.section == "gate";
    for (const auto& item : section.texts(row.key, !is_listener)) {
      auto endpoint = parse_endpoint(item.text);
      // A name server is usually written without its port.
      if (!endpoint && !is_listener)
        if (const auto address = parse_address(item.text)) endpoint = Endpoint{*address, 53};
      const auto& known = settings.*field;
      if (endpoint && std::find(known.begin(), known.end(), *endpoint) != known.end() && endpoint->port != 0)
        section.mistakes().add(item.line,
                               fmt::format("{} {}: '{}' is listed twice", section.title(), row.key, item.text));
      else if (endpoint && (is_listener || endpoint->port != 0))
        (settings.*field).push_back(*endpoint);
      else
        section.mistakes().add(item.line,
                               fmt::format("{} {}: '{}' is not an address{}", section.title(), row.key, item.text,
                                           is_listener ? " and port, like \"10.20.0.10:3128\"" : ""));
    }
  }

  void operator()(std::map<std::string, std::vector<Address>, std::less<>> Settings::*field) const {
    const auto* table = section.table(row.key);
    if (table == nullptr) return;
    TableReader hosts(*table, fmt::format("[{}.{}]", row.section, row.key), section.mistakes());
    for (const auto& [key, value] : *table) {
      const auto host = parse_host(key.str());
      if (host.has_error())
        section.mistakes().add(value, fmt::format("{} '{}' is not a host name", hosts.title(), key.str()));
      const auto items = hosts.texts(key.str());
      for (const auto& item : items) {
        const auto address = parse_address(item.text);
        if (host.has_value() && &item == &items.front() && (settings.*field).contains(host->text()))
          section.mistakes().add(item.line, fmt::format("{} '{}' is listed twice", hosts.title(), key.str()));
        if (!address)
          section.mistakes().add(item.line, fmt::format("{} '{}' is not an address", hosts.title(), item.text));
        else if (host.has_value())
          (settings.*field)[host->text()].push_back(*address);
      }
    }
  }

  void operator()(std::map<std::string, Endpoint, std::less<>> Settings::*field) const {
    const auto* table = section.table(row.key);
    if (table == nullptr) return;
    TableReader dials(*table, fmt::format("[{}.{}]", row.section, row.key), section.mistakes());
    for (const auto& [key, value] : *table) {
      const auto target = parse_target(key.str());
      const auto text = dials.text(key.str());
      const auto endpoint = parse_endpoint(text.value_or(""));
      if (target.has_error())
        section.mistakes().add(value, fmt::format("{} '{}' is not \"host:port\"", dials.title(), key.str()));
      else if (!endpoint || !is_loopback(endpoint->address))
        section.mistakes().add(value, fmt::format("{} '{}' must lead to a loopback address and port, like "
                                                  "\"127.0.0.1:8443\"; names are not looked up here",
                                                  dials.title(), key.str()));
      else
        (settings.*field)[to_string(*target)] = *endpoint;
    }
  }
};

void read_section(Settings& settings, TableReader& file, std::string_view name) {
  static const toml::table nothing;
  const auto* table = file.table(name);
  TableReader section(table == nullptr ? nothing : *table, fmt::format("[{}]", name), file.mistakes());
  for (const auto& row : settings_table())
    if (row.section == name) std::visit(ReadInto{settings, section, row}, row.field);

  if (name == "gate" && section.node("listen") == nullptr)
    file.complain(name, "[gate] needs listen: write for example listen = [\"10.20.0.10:3128\"]");
  if (name == "audit" && settings.audit_directory.empty())
    file.complain(name, "[audit] needs directory: write for example directory = \"/var/lib/shirgate/audit\"");
  if (name == "audit" && settings.keep_days > 0 && settings.keep_days < settings.keep_at_least_days)
    section.complain(
        "keep_days",
        "[audit] keep_days is less than keep_at_least_days, which would have its way: write the larger one");
  if (name == "catalogue" && settings.catalogue_file.empty() != settings.catalogue_sha256.empty())
    file.complain(name, "[catalogue] takes file and sha256 together: `sha256sum FILE` prints what to write");
  if (name == "lab" && !settings.lab_enabled && !settings.lab_dial.empty())
    section.complain("dial", "[lab] dial without enabled = true would be ignored: enable the lab or remove dial");
  section.refuse_the_rest();
}

void check_lab_listeners(const Settings& settings, TableReader& file) {
  if (!settings.lab_enabled) return;
  for (const auto& endpoint : settings.listen)
    if (!is_loopback(endpoint.address))
      file.complain("lab",
                    fmt::format("[lab] listens on loopback only, and [gate] listen has {}", to_string(endpoint)));
}

}  // namespace

Settings load_settings(TableReader& file) {
  Settings settings;
  for (const auto* section : {"gate", "audit", "metrics", "dns", "catalogue", "lab"})
    read_section(settings, file, section);
  check_lab_listeners(settings, file);
  return settings;
}

}  // namespace shirgate
