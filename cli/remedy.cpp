#include "cli/remedy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/terminal_text.hpp"
#include "config/lint.hpp"
#include "policy/adf/derive.hpp"

namespace shirgate {
namespace {

const adf::InputRow* input_of_key(std::string_view key) {
  const auto table = adf::input_table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.key == key; });
  return found == table.end() ? nullptr : &*found;
}

/// What the factory's input holds now; empty where nothing was said, or where words are not kept as text.
struct Held {
  const adf::Factory& factory;
  adf::Texts operator()(adf::Texts adf::Factory::*field) const { return factory.*field; }
  adf::Texts operator()(std::string adf::Factory::*field) const {
    return (factory.*field).empty() ? adf::Texts{} : adf::Texts{factory.*field};
  }
  template <class Field>
  adf::Texts operator()(Field /*unused*/) const {
    return {};
  }
};

/// One line of a setting: `key = "value"` or `key = ["value"]`, as the catalogue writes them.
struct Line {
  std::string_view key;
  std::string_view value;  ///< between the quotes; empty for a flag
};

Line read_line(std::string_view text) {
  const auto open = text.find('"');
  const auto close = text.rfind('"');
  return {text.substr(0, text.find(' ')),
          open == std::string_view::npos ? "" : text.substr(open + 1, close - open - 1)};
}

std::string with_held(const Line& line, adf::Texts values) {
  values.emplace_back(line.value);
  return fmt::format("{} = [\"{}\"]", line.key, fmt::join(values, "\", \""));
}

/// The row's lines beside what the [[runtime]] says already: lists grow, and a word that would change is told.
void fit_setting(Remedy& remedy, const adf::Factory& factory, std::string_view setting) {
  for (const auto text : lines_of(setting)) {
    const auto line = read_line(text);
    const auto* row = input_of_key(line.key);
    // What is no input of the catalogue is a flag of the configuration alone.
    const auto held = row == nullptr ? adf::Texts{} : std::visit(Held{factory}, row->field);
    const bool list = row != nullptr && std::holds_alternative<adf::Texts adf::Factory::*>(row->field);
    remedy.setting += (remedy.setting.empty() ? "" : "\n") + (list ? with_held(line, held) : std::string(text));
    if (list || held.empty() || line.value.empty() || held.front() == line.value) continue;
    remedy.replaces +=
        fmt::format("{}{} = \"{}\"", remedy.replaces.empty() ? "It replaces " : " and ", line.key, held.front());
  }
  if (!remedy.replaces.empty()) remedy.replaces += ", and the hosts that came from it are no longer allowed.";
}

/// Would the row's setting make a rule of the gate for this target in this runtime?
bool lists(const adf::CatalogueRow& row, const adf::Factory* factory, const Target& target) {
  return factory != nullptr && factory->kind == RuntimeKind::shir &&
         (row.cloud == "all" || row.cloud == factory->cloud) && adf::carried_by(row) == adf::Carrier::gate &&
         row.ports.contains(target.port);
}

/// A control host that the factory's own row does not name is another factory's.
bool is_control_of_another(const Resemblance& likeness) {
  return likeness.row != nullptr && likeness.row->channel == "control" && likeness.setting.empty();
}

std::string caution_about(const Resemblance& likeness) {
  if (is_control_of_another(likeness))
    return "This is the control host of another factory or region than this runtime's. A node that asks for it has a "
           "key of that one: look at the node before the gate.";
  if (likeness.look_alike)
    return "Names like this are made to be mistaken for the real one. Find out what asks for it before you open it.";
  return {};
}

std::string allow_for(Name runtime, const Target& target, const Resemblance& likeness) {
  const auto channel = likeness.row == nullptr || likeness.row->transport == adf::Transport::comparison
                           ? placeholder_channel
                           : std::string_view(likeness.row->channel);
  return fmt::format(
      "[[allow]]\nruntime = \"{}\"\nchannel = \"{}\"\nhosts = [\"{}\"]\nports = [{}]\nticket = \"{}\"\n"
      "expires = YYYY-MM-DD\n",
      runtime.text(), channel, target.host.text(), target.port, placeholder_ticket);
}

}  // namespace

Remedy remedy_for(const adf::Factory* factory, Name runtime, const Target& target, const Resemblance& likeness) {
  Remedy remedy{.caution = caution_about(likeness)};
  if (likeness.row != nullptr && lists(*likeness.row, factory, target)) fit_setting(remedy, *factory, likeness.setting);
  remedy.allow = allow_for(runtime, target, likeness);
  return remedy;
}

}  // namespace shirgate
