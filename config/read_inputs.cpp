#include "config/read_inputs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/values.hpp"

namespace shirgate {
namespace {

using adf::Factory;
using adf::InputRow;
using adf::Texts;

/// One value through the check of its row; a mistake and nothing where it fails.
std::optional<std::string> checked(TableReader& table, std::string_view key, const InputRow& row,
                                   const TableReader::Item& item) {
  if (row.check == nullptr) {
    if (std::find(row.words.begin(), row.words.end(), item.text) != row.words.end()) return item.text;
    table.mistakes().add(item.line, fmt::format("{} {} = \"{}\" is not known; write one of: {}", table.title(), key,
                                                item.text, fmt::join(row.words, ", ")));
    return std::nullopt;
  }
  auto value = row.check(item.text);
  if (value.has_value()) return *std::move(value);
  table.mistakes().add(item.line, fmt::format("{} {}: {}", table.title(), key, value.error().text()));
  return std::nullopt;
}

Texts checked_list(TableReader& table, std::string_view key, const InputRow& row,
                   const std::vector<TableReader::Item>& items) {
  Texts values;
  for (const auto& item : items) {
    auto value = checked(table, key, row, item);
    if (!value) continue;
    if (std::find(values.begin(), values.end(), *value) != values.end())
      table.mistakes().add(item.line, fmt::format("{} {}: '{}' is listed twice", table.title(), key, item.text));
    else
      values.push_back(*std::move(value));
  }
  return values;
}

/// Reads one row in the configuration's spelling.
struct ReadKey {
  Factory& factory;
  TableReader& runtime;
  const adf::Catalogue& catalogue;
  const InputRow& row;

  void operator()(bool Factory::*field) const {
    if (const auto value = runtime.flag(row.key)) factory.*field = *value;
  }
  void operator()(std::string Factory::*field) const {
    const auto text = runtime.text(row.key);
    if (!text) return;
    if (auto value = checked(runtime, row.key, row, {*text, runtime.line(row.key)})) factory.*field = *std::move(value);
  }
  void operator()(Texts Factory::*field) const {
    factory.*field = checked_list(runtime, row.key, row, runtime.texts(row.key, true));
  }
  void operator()(adf::Authoring Factory::*field) const {
    const auto word = runtime.choice(row.key, {"relay", "self-contained", "off"});
    if (word == "self-contained") factory.*field = adf::Authoring::self_contained;
    if (word == "off") factory.*field = adf::Authoring::off;
  }
  void operator()(adf::PrivateLink Factory::*field) const {
    const auto* table = runtime.table(row.key);
    if (table == nullptr) return;
    TableReader reader(*table, fmt::format("{} {}", runtime.title(), row.key), runtime.mistakes());
    for (const auto& channel : catalogue.channels) {
      if (!may_be_private(channel.id) || reader.node(channel.id) == nullptr) continue;
      (factory.*field).ranges[channel.id] = read_expected_addresses(reader, channel.id);
    }
    (factory.*field).used = (factory.*field).ranges.contains("control");
    if (table->empty())
      runtime.complain(row.key, fmt::format("{} is empty; name a channel, or remove it", reader.title()));
    reader.refuse_the_rest();
  }

 private:
  [[nodiscard]] bool may_be_private(std::string_view channel) const {
    return std::any_of(catalogue.rows.begin(), catalogue.rows.end(), [&](const adf::CatalogueRow& candidate) {
      return candidate.channel == channel && candidate.may_be_private();
    });
  }
};

/// Reads one row in the catalogue's spelling. An empty text stands for an unknown value.
struct ReadInput {
  Factory& factory;
  TableReader& inputs;
  const InputRow& row;

  void operator()(bool Factory::*field) const {
    if (const auto value = inputs.flag(row.input)) factory.*field = *value;
  }
  void operator()(std::string Factory::*field) const {
    const auto text = inputs.text(row.input);
    if (!text || text->empty()) return;
    if (auto value = checked(inputs, row.input, row, {*text, inputs.line(row.input)}))
      factory.*field = *std::move(value);
  }
  void operator()(Texts Factory::*field) const {
    const auto* node = inputs.node(row.input);
    if (node == nullptr) return;
    std::vector<TableReader::Item> items;
    if (node->is_array())
      items = inputs.texts(row.input, true);
    else if (auto text = inputs.text(row.input); text && !text->empty())
      items.push_back({*std::move(text), inputs.line(row.input)});
    factory.*field = checked_list(inputs, row.input, row, items);
  }
  void operator()(adf::Authoring Factory::*field) const {
    if (inputs.flag(row.input).value_or(false)) factory.*field = adf::Authoring::self_contained;
  }
  void operator()(adf::PrivateLink Factory::*field) const {
    (factory.*field).used = inputs.flag(row.input).value_or(false);
  }
};

}  // namespace

void complain_of_contradictions(TableReader& table, const adf::Catalogue& catalogue, const Factory& factory,
                                adf::Spelling spelling) {
  for (const auto& found : adf::contradictions(catalogue, factory, spelling)) {
    const auto* row = adf::find_input(found.input);
    const auto key = spelling == adf::Spelling::catalogue || row == nullptr ? found.input : row->key;
    table.complain(key, fmt::format("{} {}", table.title(), found.text));
  }
}

adf::Factory read_inputs(TableReader& inputs, const adf::Catalogue& catalogue) {
  Factory factory;
  for (const auto& row : adf::input_table()) std::visit(ReadInput{factory, inputs, row}, row.field);
  inputs.refuse_the_rest();
  // What failed its own check must not be blamed for being missing.
  if (inputs.mistakes().empty()) complain_of_contradictions(inputs, catalogue, factory, adf::Spelling::catalogue);
  return factory;
}

void read_input_keys(TableReader& runtime, const adf::Catalogue& catalogue, Factory& factory) {
  for (const auto& row : adf::input_table()) std::visit(ReadKey{factory, runtime, catalogue, row}, row.field);
  // Naming an account, a vault or a workspace says that it is used.
  if (runtime.node("staged_copy") == nullptr) factory.staged_copy = !factory.staging_accounts.empty();
  if (runtime.node("key_vault") == nullptr) factory.key_vault = !factory.key_vaults.empty();
  if (runtime.node("synapse_sql") == nullptr) factory.synapse_sql = !factory.synapse_workspaces.empty();
}

}  // namespace shirgate
