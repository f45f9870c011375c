#include "audit/log_line.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "audit/log_line_keys.hpp"
#include "audit/log_time.hpp"
#include "audit/segment_reader.hpp"
#include "audit/written_line.hpp"

namespace shirgate {
namespace {

namespace ondemand = simdjson::ondemand;

static_assert(SegmentReader::padding >= simdjson::SIMDJSON_PADDING);

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
  /// Every value is read to its end, so that what is no JSON is noticed.
  bool operator()(std::monostate /*unused*/) const {
    std::string_view text;
    if (value.token.empty()) return false;
    switch (value.token.front()) {
      case '"': return read_text(value, text);
      case 't':
      case 'f': return value.json.get_bool().error() == simdjson::SUCCESS;
      default: return value.json.get_number().error() == simdjson::SUCCESS;
    }
  }
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
  bool operator()(Action LogLine::*member) const {
    std::string_view word;
    if (!read_text(value, word)) return false;
    const auto action = parse_action(word);
    if (action) line.*member = *action;
    return action.has_value();
  }
};

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
  WrittenLine written;
  ondemand::parser json;
};

LogLineParser::LogLineParser() : parser_(std::make_unique<Parser>()) {}
LogLineParser::~LogLineParser() = default;

LogLine* LogLineParser::parse(std::string_view text) {
  line_ = LogLine{.text = text};
  if (!parser_->written.read(text, line_)) {
    line_ = LogLine{.text = text};
    if (!read_json(text)) return nullptr;
  }
  return parse_log_time(line_.time) ? &line_ : nullptr;
}

bool LogLineParser::read_json(std::string_view text) {
  ondemand::document document;
  const simdjson::padded_string_view padded(text.data(), text.size(), text.size() + SegmentReader::padding);
  if (parser_->json.iterate(padded).get(document) != simdjson::SUCCESS) return false;
  ondemand::object object;
  if (document.get_object().get(object) != simdjson::SUCCESS) return false;
  bool has_action = false;
  for (auto result : object) {
    ondemand::field pair;
    if (std::move(result).get(pair) != simdjson::SUCCESS) return false;
    const Value value{pair.value(), pair.value().raw_json_token()};
    const auto& member = log_line_keys[log_line_keys.find(key_of(pair, value))].member;
    if (!std::visit(Setter{line_, value}, member)) return false;
    has_action = has_action || std::holds_alternative<Action LogLine::*>(member);
  }
  // Behind the object there is nothing left.
  return has_action && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

}  // namespace shirgate
