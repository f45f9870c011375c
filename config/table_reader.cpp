#include "config/table_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "policy/nearest.hpp"

namespace shirgate {

void MistakeList::add(std::uint32_t line, std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  found_.push_back({file_, line, std::move(text)});
}

Mistakes MistakeList::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Mistake& a, const Mistake& b) { return a.line < b.line; });
  return std::move(found_);
}

const toml::node* TableReader::node(std::string_view key) {
  known_.emplace(key);
  return table_.get(key);
}

std::uint32_t TableReader::line(std::string_view key) const {
  const auto* found = table_.get(key);
  return found == nullptr ? line() : found->source().begin.line;
}

void TableReader::complain(std::string_view key, std::string text) { mistakes_.add(line(key), std::move(text)); }

void TableReader::wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
  mistakes_.add(node, fmt::format("{} {} must be {}", title_, key, wanted));
}

std::optional<std::string> TableReader::text(std::string_view key) {
  const auto* found = node(key);
  if (found == nullptr) return std::nullopt;
  const auto* value = found->as_string();
  if (value == nullptr) {
    wrong_type(*found, key, "a text in quotes");
    return std::nullopt;
  }
  return value->get();
}

std::optional<std::string> TableReader::required_text(std::string_view key, std::string_view example) {
  const bool present = node(key) != nullptr;
  auto value = text(key);
  if (!present || (value && value->empty())) {
    complain(key, fmt::format("{} needs {}: write for example {} = \"{}\"", title_, key, key, example));
    return std::nullopt;
  }
  return value;
}

std::optional<bool> TableReader::flag(std::string_view key) {
  const auto* found = node(key);
  if (found == nullptr) return std::nullopt;
  const auto* value = found->as_boolean();
  if (value == nullptr) {
    wrong_type(*found, key, "true or false");
    return std::nullopt;
  }
  return value->get();
}

std::optional<std::int64_t> TableReader::number(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto* found = node(key);
  if (found == nullptr) return std::nullopt;
  const auto* value = found->as_integer();
  if (value == nullptr || value->get() < least || value->get() > most) {
    wrong_type(*found, key, fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
  }
  return value->get();
}

std::optional<std::chrono::sys_days> TableReader::date(std::string_view key) {
  const auto* found = node(key);
  if (found == nullptr) return std::nullopt;
  const auto* value = found->as_date();
  if (value == nullptr) {
    wrong_type(*found, key, "a date without quotes, like 2027-01-31");
    return std::nullopt;
  }
  const auto& day = value->get();
  return std::chrono::sys_days(std::chrono::year(day.year) / day.month / day.day);
}

std::optional<std::string> TableReader::choice(std::string_view key, const std::vector<std::string_view>& words) {
  auto value = text(key);
  if (!value || std::find(words.begin(), words.end(), *value) != words.end()) return value;
  complain(key,
           fmt::format("{} {} = \"{}\" is not known; write one of: {}", title_, key, *value, fmt::join(words, ", ")));
  return std::nullopt;
}

std::vector<TableReader::Item> TableReader::texts(std::string_view key, bool may_be_empty) {
  std::vector<Item> items;
  const auto* found = node(key);
  if (found == nullptr) return items;
  const auto* list = found->as_array();
  if (list == nullptr) {
    wrong_type(*found, key, "a list of texts, like [\"...\"]");
    return items;
  }
  if (list->empty() && !may_be_empty) wrong_type(*found, key, "a list with at least one entry; or leave the key out");
  for (const auto& entry : *list) {
    const auto* value = entry.as_string();
    if (value == nullptr)
      wrong_type(entry, key, "a list of texts in quotes");
    else
      items.push_back({value->get(), entry.source().begin.line});
  }
  return items;
}

const toml::table* TableReader::table(std::string_view key) {
  const auto* found = node(key);
  if (found == nullptr) return nullptr;
  const auto* value = found->as_table();
  if (value == nullptr) wrong_type(*found, key, "a table");
  return value;
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
  std::vector<const toml::table*> result;
  const auto* found = node(key);
  if (found == nullptr) return result;
  const auto* list = found->as_array();
  if (list == nullptr || !list->is_array_of_tables()) {
    mistakes_.add(*found, fmt::format("{} comes once or more: write [[{}]] with two brackets", key, key));
    return result;
  }
  for (const auto& entry : *list) result.push_back(entry.as_table());
  return result;
}

void TableReader::refuse_the_rest() {
  for (const auto& [key, value] : table_) {
    if (known_.contains(key.str())) continue;
    const auto meant = nearest(key.str(), known_);
    mistakes_.add(value,
                  meant ? fmt::format("{} has no key '{}'; did you mean '{}'?", title_, key.str(), *meant)
                        : fmt::format("{} has no key '{}'; known are: {}", title_, key.str(), fmt::join(known_, ", ")));
  }
}

}  // namespace shirgate
