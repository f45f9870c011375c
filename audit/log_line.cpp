#include "audit/log_line.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <variant>

#include "audit/fields.hpp"
#include "audit/log_time.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(SegmentReader::padding >= simdjson::SIMDJSON_PADDING);

using Member = std::variant<std::monostate, std::string_view LogLine::*, std::uint64_t LogLine::*,
                            std::optional<std::uint64_t> LogLine::*, bool LogLine::*>;

struct Row {
  std::string_view key{};
  Member member{};
};

constexpr std::array rows{
    Row{field::seq, &LogLine::seq},
    Row{field::gate, &LogLine::gate},
    Row{field::timestamp, &LogLine::time},
    Row{field::tunnel, &LogLine::tunnel},
    Row{field::runtime, &LogLine::runtime},
    Row{field::channel, &LogLine::channel},
    Row{field::rule, &LogLine::rule},
    Row{field::reason, &LogLine::reason},
    Row{field::stage, &LogLine::stage},
    Row{field::would_deny, &LogLine::would_deny},
    Row{field::client_ip, &LogLine::client},
    Row{field::host, &LogLine::host},
    Row{field::port, &LogLine::port},
    Row{field::upstream_ip, &LogLine::upstream},
    Row{field::resolved, &LogLine::resolved},
    Row{field::asked, &LogLine::asked},
    Row{field::sni, &LogLine::sni},
    Row{field::alpn, &LogLine::alpn},
    Row{field::tls_version, &LogLine::tls_version},
    Row{field::ech, &LogLine::ech},
    Row{field::resembles, &LogLine::resembles},
    Row{field::ended_by, &LogLine::ended_by},
    Row{field::first_at, &LogLine::first_at},
    Row{field::first_use, &LogLine::first_use},
    Row{field::bytes_from_client, &LogLine::bytes_from_client},
    Row{field::bytes_from_upstream, &LogLine::bytes_from_upstream},
    Row{field::duration, &LogLine::duration},
    Row{field::dial_time, &LogLine::dial_time},
    Row{field::count, &LogLine::count},
};

/// The rows by a cheap hash of their keys, for the one look-up each key of each line costs.
class RowsByKey {
 public:
  constexpr RowsByKey() {
    for (const auto& row : rows) {
      auto slot = hash(row.key);
      while (!slots_[slot].key.empty()) slot = next(slot);
      slots_[slot] = row;
    }
  }
  [[nodiscard]] const Row* find(std::string_view key) const {
    if (key.size() < 4) return nullptr;
    for (auto slot = hash(key); !slots_[slot].key.empty(); slot = next(slot))
      if (slots_[slot].key == key) return &slots_[slot];
    return nullptr;
  }

 private:
  static constexpr std::size_t size = 128;
  static constexpr std::size_t next(std::size_t slot) { return (slot + 1) % size; }
  static constexpr std::size_t hash(std::string_view key) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(key[i])); };
    return (key.size() * 7 + at(key.size() - 1) * 3 + at(key.size() - 3) * 31 + at(0)) % size;
  }
  std::array<Row, size> slots_{};
};
constexpr RowsByKey rows_by_key;

/// A value and where it stands in the line.
struct Value {
  ondemand::value& json;
  std::string_view token;  ///< up to the comma or brace behind it
};

/// The text of a string. Where it holds no escape, as most do, it is where it stands in the line and not copied.
bool read_text(const Value& value, std::string_view& text) {
  const auto quote = value.token.rfind('"');
  if (value.token.size() < 2 || value.token.front() != '"' || quote == 0) return false;
  text = value.token.substr(1, quote - 1);
  if (std::memchr(text.data(), '\\', text.size()) == nullptr) return true;
  return value.json.get_string().get(text) == simdjson::SUCCESS;
}

/// Keys of ours hold no escapes, so one that does may be read as any other that is not ours.
std::string_view key_of(ondemand::field& pair, const Value& value) {
  const auto* begin = pair.key().raw();
  const auto* end = value.token.data() - 2;
  // As the gate writes it: nothing but a colon between the two.
  if (end < begin || *end != '"' || end[1] != ':')
    for (end = begin; *end != '"';) ++end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

struct Setter {
  LogLine& line;
  const Value& value;
  bool operator()(std::monostate /*unused*/) const { return true; }
  bool operator()(std::string_view LogLine::*member) const {
    if (!read_text(value, line.*member)) return false;
    line.*member = (line.*member).substr(0, LogLine::max_text_bytes);
    return true;
  }
  bool operator()(std::uint64_t LogLine::*member) const {
    return value.json.get_uint64().get(line.*member) == simdjson::SUCCESS;
  }
  bool operator()(std::optional<std::uint64_t> LogLine::*member) const {
    return value.json.get_uint64().get((line.*member).emplace()) == simdjson::SUCCESS;
  }
  bool operator()(bool LogLine::*member) const { return value.json.get_bool().get(line.*member) == simdjson::SUCCESS; }
};

/// Every value is read to its end, so that what is no JSON is noticed.
bool is_plain_value(const Value& value) {
  std::string_view text;
  if (value.token.empty()) return false;
  switch (value.token.front()) {
    case '"': return read_text(value, text);
    case 't':
    case 'f': return value.json.get_bool().error() == simdjson::SUCCESS;
    default: return value.json.get_number().error() == simdjson::SUCCESS;
  }
}

/// Of a value that was longer than the log takes.
constexpr std::string_view cut_mark = "... (";

}  // namespace

bool LogLine::is_cut() const { return action == Action::close && stage == to_string(Stage::first_flight); }

bool is_cut_short(std::string_view list) { return list.find(cut_mark) != std::string_view::npos; }

std::vector<std::string_view> items_of(std::string_view list) {
  if (const auto mark = list.find(cut_mark); mark != std::string_view::npos) {
    const auto comma = list.rfind(',', mark);
    list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  }
  std::vector<std::string_view> items;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    items.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return items;
}

struct LogLineParser::Parser {
  ondemand::parser parser;
};

LogLineParser::LogLineParser() : parser_(std::make_unique<Parser>()) {}
LogLineParser::~LogLineParser() = default;

LogLine* LogLineParser::parse(std::string_view text) {
  line_ = LogLine{.text = text};
  return read(text) && parse_log_time(line_.time) ? &line_ : nullptr;
}

bool LogLineParser::read(std::string_view text) {
  ondemand::document document;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + SegmentReader::padding);
  if (parser_->parser.iterate(padded).get(document) != simdjson::SUCCESS) return false;
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return false;
  bool has_action = false;
  for (auto result : object) {
    ondemand::field pair;
    if (std::move(result).get(pair) != simdjson::SUCCESS) return false;
    const Value value{pair.value(), pair.value().raw_json_token()};
    const auto key = key_of(pair, value);
    if (const auto* row = rows_by_key.find(key)) {
      if (!std::visit(Setter{line_, value}, row->member)) return false;
    } else if (key == field::action) {
      std::string_view word;
      if (!read_text(value, word)) return false;
      const auto action = parse_action(word);
      if (!action) return false;
      line_.action = *action;
      has_action = true;
    } else if (!is_plain_value(value)) {
      return false;
    }
  }
  // Behind the object there is nothing left.
  return has_action && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace shirgate
