#include "cli/init_answers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cli/table.hpp"

namespace shirgate {
namespace {

using adf::InputRow;
using adf::Texts;

const InputRow* find_key(std::string_view key) {
  const auto table = adf::input_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const InputRow& row) { return row.key == key; });
  return found == table.end() ? nullptr : &*found;
}

/// The words a row takes; empty where its check decides.
std::vector<std::string_view> words_of(const InputRow& row) {
  if (std::holds_alternative<bool adf::Factory::*>(row.field)) return {"true", "false"};
  if (std::holds_alternative<adf::Authoring adf::Factory::*>(row.field)) return {"relay", "self-contained", "off"};
  return {row.words.begin(), row.words.end()};
}

Checked<std::string> checked(const InputRow& row, const std::string& value) {
  if (row.check != nullptr) return row.check(value);
  const auto words = words_of(row);
  if (std::find(words.begin(), words.end(), value) != words.end()) return value;
  return complain(fmt::format("'{}' is not known; write one of: {}", value, fmt::join(words, ", ")));
}

/// The default as the configuration writes it.
struct Default {
  Texts operator()(bool adf::Factory::*field) const { return {defaults.*field ? "true" : "false"}; }
  Texts operator()(std::string adf::Factory::*field) const { return {defaults.*field}; }
  Texts operator()(Texts adf::Factory::*field) const { return defaults.*field; }
  Texts operator()(adf::Authoring adf::Factory::*) const { return {"relay"}; }
  Texts operator()(adf::PrivateLink adf::Factory::*) const { return {}; }
  adf::Factory defaults{};
};

/// A use, and the names that imply it; config/read_inputs.cpp has the same.
using Implied = std::pair<std::string_view, std::string_view>;
constexpr std::array implied_uses{Implied{"staged_copy", "staging_accounts"}, Implied{"key_vault", "key_vaults"},
                                  Implied{"synapse_sql", "synapse_workspaces"}};

bool says(const InitAnswers& answers, std::string_view key) { return answers.inputs.contains(key); }

void remark(InitAnswers& answers, std::string key, std::string text) {
  answers.remarks.emplace(std::move(key), std::move(text));
}

/// Pins that nothing would use are a mistake in a configuration; what the status listed is kept as a comment.
void drop_idle_pins(InitAnswers& answers, std::string_view authoring) {
  const auto pins = answers.inputs.find("relay_hosts");
  const bool used = authoring == "relay" ||
                    (authoring == "self-contained" && value_or_default(answers, "local_credentials") == "true");
  if (used || pins == answers.inputs.end() || !pins->second.by.starts_with("the status")) return;
  remark(answers, "relay_hosts",
         fmt::format("The status lists these; no relay is used now: {}", fmt::join(pins->second.values, ", ")));
  answers.inputs.erase(pins);
}

/// Without pins the relay is a wildcard under which anybody can rent a name. That is accepted by a person with a
/// ticket, never by default, so the relay stays closed until somebody decides.
void settle_authoring(InitAnswers& answers, const std::string& suffix) {
  const bool decided = says(answers, "interactive_authoring");
  if (!decided && (says(answers, "relay_hosts") || answers.tickets.contains("relay"))) {
    answers.inputs["interactive_authoring"] = {{"relay"}, "the relay hosts"};
  } else if (!decided) {
    answers.inputs["interactive_authoring"] = {{"off"}, "nobody"};
    remark(answers, "interactive_authoring",
           fmt::format("DECIDE: off, because the relay's hosts are not known and anybody can rent a name below {}.",
                       suffix));
    remark(
        answers, "interactive_authoring",
        "To have it: \"relay\" with relay_hosts from \"View Service URLs\" in the portal (better), or \"relay\" with");
    remark(answers, "interactive_authoring",
           "the multi_tenant_ack line below, which accepts the wildcard by ticket; or \"self-contained\" where the "
           "runtime is.");
    answers.unknown.push_back(
        {"relay_hosts",
         "interactive authoring is written as \"off\": give --status FILE or --relay-host HOST, as \"View "
         "Service URLs\" in the portal shows them, or --multi-tenant-ack relay=TICKET"});
  }
  drop_idle_pins(answers, value_or_default(answers, "interactive_authoring"));
}

void place_hold(InitAnswers& answers) {
  if (answers.listen.empty()) {
    answers.listen = {"192.0.2.1:3128"};
    remark(answers, "listen",
           "PLACEHOLDER: 192.0.2.1 is nobody's address. Write the gate's own, where SHIR's proxy setting points.");
    answers.unknown.push_back({"listen",
                               "192.0.2.1:3128 is a placeholder that cannot be listened on: write the gate's own "
                               "address, or give --listen ADDRESS:PORT"});
  }
  if (answers.clients.empty()) {
    answers.clients = {"192.0.2.2/32"};
    remark(answers, "clients",
           "PLACEHOLDER: 192.0.2.2 is nobody's address. Write those of the SHIR nodes, as the gate sees them.");
    answers.unknown.push_back({"clients",
                               "192.0.2.2/32 is a placeholder that lets nobody in: write the addresses of the "
                               "SHIR nodes as the gate sees them, or give --client RANGE"});
  }
}

std::string known_code(const InitAnswers& answers, const adf::Catalogue& catalogue) {
  const auto region = value_or_default(answers, "region");
  for (const auto& code : catalogue.frontend_codes)
    if (code.region == region) return fmt::format("; for {} it is '{}' ({})", region, code.code, code.confidence);
  return {};
}

void list_unknown_identity(InitAnswers& answers, const adf::Catalogue& catalogue) {
  if (value_or_default(answers, "key_form") != "legacy") return;
  if (!says(answers, "cloud"))
    answers.unknown.push_back({"cloud", "an old key does not tell: taken as public; give --cloud if it is another"});
  if (!says(answers, "product"))
    answers.unknown.push_back({"product",
                               "such a key may also belong to Synapse or Purview: taken as adf; give --product "
                               "if it is another"});
  if (!says(answers, "frontend_code"))
    answers.unknown.push_back({"frontend_code",
                               "the control hosts of all regions are allowed: give --frontend-code CODE, "
                               "the first label of the host the node connects to" +
                                   known_code(answers, catalogue)});
}

void list_unknown_use(InitAnswers& answers) {
  if (!says(answers, "auto_update"))
    answers.unknown.push_back({"auto_update",
                               "taken as on, as the product's default is: give --status FILE or "
                               "--no-auto-update"});
  constexpr std::array stores{"staged_copy", "staging_accounts",   "blob",      "adls_gen2",
                              "adls_gen1",   "storage_accounts",   "sql",       "sql_servers",
                              "synapse_sql", "synapse_workspaces", "key_vaults"};
  if (std::none_of(stores.begin(), stores.end(), [&](const char* key) { return says(answers, key); }))
    answers.unknown.push_back(
        {"staging_accounts, storage_accounts, sql_servers, synapse_workspaces, key_vaults",
         "neither a key nor a status names the stores and vaults that pipelines use: look through the "
         "linked services; `shirgate report` lists what was refused"});
}

}  // namespace

void say(InitAnswers& answers, std::string_view key, const Texts& values, std::string_view source, Weight weight) {
  const auto* row = find_key(key);
  if (row == nullptr) return;
  Texts kept;
  for (const auto& text : values) {
    auto value = checked(*row, text);
    if (value.has_error())
      answers.complaints.push_back(fmt::format("{}: {}", source, printable(value.error().text())));
    else if (std::find(kept.begin(), kept.end(), *value) == kept.end())
      kept.push_back(*std::move(value));
  }
  if (kept.empty()) return;
  if (kept.size() > 1 && !std::holds_alternative<Texts adf::Factory::*>(row->field)) {
    answers.complaints.push_back(
        fmt::format("{}: one value is enough, and {} were given", source, fmt::join(kept, ", ")));
    return;
  }
  const auto known = answers.inputs.find(key);
  if (known == answers.inputs.end()) {
    answers.inputs[std::string(key)] = {std::move(kept), std::string(source)};
    return;
  }
  if (known->second.values == kept) return;
  const auto difference = fmt::format("{} says {} = {} and {} says {}", known->second.by, key,
                                      fmt::join(known->second.values, ", "), source, fmt::join(kept, ", "));
  if (weight == Weight::binding)
    answers.complaints.push_back(difference + "; one of them is wrong");
  else
    answers.notes.push_back(fmt::format("{}; {} is used", difference, known->second.by));
}

void say_key(InitAnswers& answers, const adf::KeyFacts& facts) {
  const auto say_if_known = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) say(answers, key, {value}, "the IR key", Weight::binding);
  };
  // Only a data factory's key names a factory's own endpoint.
  if (facts.key_form == "fqdn") say_if_known("product", "adf");
  say_if_known("factory", facts.factory);
  say_if_known("region", facts.region);
  say_if_known("cloud", facts.cloud);
  say_if_known("key_form", facts.key_form);
  say_if_known("frontend_code", facts.frontend_code);
}

Texts values_or_default(const InitAnswers& answers, const InputRow& row) {
  if (const auto found = answers.inputs.find(row.key); found != answers.inputs.end()) return found->second.values;
  for (const auto& [use, names] : implied_uses)
    if (row.key == use && says(answers, names)) return {"true"};
  return std::visit(Default{}, row.field);
}

std::string value_or_default(const InitAnswers& answers, std::string_view key) {
  const auto* row = find_key(key);
  const auto values = row == nullptr ? Texts{} : values_or_default(answers, *row);
  return values.empty() ? std::string() : values.front();
}

std::string meaning_of(const InputRow& row) {
  // Two rows are spelt differently in the catalogue, and the table explains both.
  if (std::holds_alternative<adf::Authoring adf::Factory::*>(row.field))
    return "how people test and preview: relay, self-contained or off";
  if (std::holds_alternative<adf::PrivateLink adf::Factory::*>(row.field))
    return "an example: where the channels with a private endpoint must resolve to; none by default";
  const bool lists_words = row.words.empty() || row.meaning.find(row.words.front()) != std::string_view::npos;
  return lists_words ? std::string(row.meaning) : fmt::format("{}: {}", row.meaning, fmt::join(row.words, ", "));
}

std::string relay_suffix(const adf::Catalogue& catalogue, std::string_view cloud) {
  for (const auto& row : catalogue.rows)
    if (row.pin == "{relay_fqdn}" && row.cloud == cloud && row.pattern.starts_with("*.")) return row.pattern.substr(2);
  return {};
}

void complete(InitAnswers& answers, const adf::Catalogue& catalogue) {
  place_hold(answers);
  settle_authoring(answers, relay_suffix(catalogue, value_or_default(answers, "cloud")));
  list_unknown_identity(answers, catalogue);
  list_unknown_use(answers);
  if (answers.name.empty()) answers.name = value_or_default(answers, "factory");
  if (answers.name.empty()) answers.name = "shir";
}

}  // namespace shirgate
