// One TOML table, read key by key. Remembers what was asked for, so that what nobody asked for is a mistake.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Collects the mistakes of one file.
class MistakeList {
 public:
  explicit MistakeList(std::string_view file) : file_(file) {}
  void add(const toml::node& where, std::string text) { add(where.source().begin.line, std::move(text)); }
  /// What the text quotes from the file may be anything; what a terminal could take for a command becomes '?'.
  void add(std::uint32_t line, std::string text);
  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] std::size_t size() const { return found_.size(); }
  /// In the order of the lines.
  [[nodiscard]] Mistakes take();

 private:
  std::string file_;
  Mistakes found_;
};

/// Every reader returns nothing both for an absent key and for one of the wrong type; the latter is noted as a mistake.
class TableReader {
 public:
  /// `title` is how the table is called in mistakes: "[gate]". Table and list must outlive the reader.
  TableReader(const toml::table& table, std::string title, MistakeList& mistakes)
      : table_(table), title_(std::move(title)), mistakes_(mistakes) {}

  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  /// As text(), but a missing or empty value is a mistake; `example` says what to write.
  [[nodiscard]] std::optional<std::string> required_text(std::string_view key, std::string_view example);
  [[nodiscard]] std::optional<bool> flag(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key, std::int64_t least, std::int64_t most);
  [[nodiscard]] std::optional<std::chrono::sys_days> date(std::string_view key);
  /// One of a few words.
  [[nodiscard]] std::optional<std::string> choice(std::string_view key, const std::vector<std::string_view>& words);

  struct Item {
    std::string text;
    std::uint32_t line;
  };
  /// A list of strings. Where it is present it may not be empty unless `may_be_empty`.
  [[nodiscard]] std::vector<Item> texts(std::string_view key, bool may_be_empty = false);
  [[nodiscard]] const toml::table* table(std::string_view key);
  /// The tables of [[key]]; a plain [key] is a mistake.
  [[nodiscard]] std::vector<const toml::table*> tables(std::string_view key);
  [[nodiscard]] const toml::node* node(std::string_view key);

  /// Notes a mistake at a key, or at the table where the key is absent.
  void complain(std::string_view key, std::string text);
  [[nodiscard]] std::uint32_t line() const { return table_.source().begin.line; }
  [[nodiscard]] std::uint32_t line(std::string_view key) const;
  [[nodiscard]] MistakeList& mistakes() { return mistakes_; }
  [[nodiscard]] const std::string& title() const { return title_; }

  /// Call last: every key that no reader asked for is unknown.
  void refuse_the_rest();

 private:
  void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted);

  const toml::table& table_;
  std::string title_;
  MistakeList& mistakes_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace shirgate
