#include "audit/segment_contents.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <unordered_map>

#include "audit/fields.hpp"
#include "audit/line.hpp"
#include "audit/segment.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

constexpr std::string_view not_overwritten = "move it away, it is not overwritten";

class ContentsReader {
 public:
  ContentsReader(std::uint64_t first_seq, const ReadLimit& limit) : limit_(limit), first_seq_(first_seq) {}

  /// False where the line is none of the log.
  bool take(const SegmentReader::Line& line) {
    const auto front = line.too_long ? std::nullopt : read_line_front(line.text);
    if (line.position >= limit_.offset || (front && front->seq >= limit_.seq)) return stop(Tail::cut_away, line, "");
    if (line.too_long || line.text.find('\0') != std::string_view::npos) return stop(Tail::hole, line, "");
    if (!front) return stop(Tail::strange, line, "is no line of an audit log");
    if (contents.end.next_seq == 0) begin(*front);
    if (front->seq != contents.end.next_seq)
      return stop(Tail::strange, line,
                  fmt::format("has number {} where {} belongs", front->seq, contents.end.next_seq));
    if (front->prev != contents.end.prev) return stop(Tail::strange, line, "does not follow from the line before it");
    if (front->gate != contents.gate) return stop(Tail::strange, line, "is another gate's");
    if (!follow(front->body, line.text)) return stop(Tail::strange, line, "is not what a segment begins with");
    contents.head_is_last = front->body.action == to_string(Action::head);
    contents.end = {front->seq + 1, hash_of_line(line.text)};
    contents.bytes = line.position + line.text.size() + 1;
    return true;
  }

  /// A line without its end. Where it is the only one it must at least begin like one of ours.
  void take_torn(const SegmentReader::Line& line) {
    constexpr std::string_view front = "{\"shirgate.seq\":";
    const auto common = std::min(front.size(), line.text.size());
    const bool is_ours = line.text.substr(0, common) == front.substr(0, common) || line.text.front() == '\0';
    if (contents.bytes > 0 || line.too_long || is_ours)
      contents.tail = Tail::torn;
    else
      stop(Tail::strange, line, "is no line of an audit log");
  }

  SegmentContents contents{.end = {.next_seq = 0}};

 private:
  bool stop(Tail tail, const SegmentReader::Line& line, std::string why) {
    contents.tail = tail;
    contents.bad_line = line.number;
    contents.why = std::move(why);
    return false;
  }

  void begin(const LineFront& front) {
    contents.end = {first_seq_, front.prev};
    contents.gate = front.gate;
  }

  /// False where the header is not as it must be.
  bool follow(const BodyFront& front, std::string_view line) {
    if (contents.header_is_whole) {
      if (front.action == to_string(Action::open)) contents.live.add(front.tunnel);
      if (front.action == to_string(Action::close) || front.action == to_string(Action::torn))
        contents.live.remove(front.tunnel);
      return true;
    }
    if (contents.bytes == 0) {
      const auto live = number_value(line, field::live);
      if (front.action != to_string(Action::segment) || !live) return false;
      announced_ = *live;
    } else if (front.action == to_string(Action::live)) {
      auto ids = text_value(line, field::live_tunnels);
      for (; ids.size() >= 16; ids.remove_prefix(std::min<std::size_t>(ids.size(), 17)))
        contents.live.add(parse_identifier(ids.substr(0, 16)).value_or(0));
    } else {
      return false;
    }
    contents.header_is_whole = contents.live.size() >= announced_;
    return true;
  }

  ReadLimit limit_;
  std::uint64_t first_seq_;
  std::uint64_t announced_ = 0;
};

/// What an opening says about its tunnel, as far as its end repeats it.
Event torn_event(std::uint64_t tunnel, const json::object& opening, std::optional<Target>& target) {
  const auto text = [&](std::string_view key) {
    const auto* value = opening.if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view{};
  };
  Event event{.action = Action::torn,
              .tunnel = tunnel,
              .runtime = Name(text(field::runtime)),
              .channel = Name(text(field::channel))};
  if (const auto address = parse_address(text(field::client_ip))) event.client = Endpoint{*address, 0};
  if (text(field::mode) == to_string(Mode::report)) event.mode = Mode::report;
  const auto* const port = opening.if_contains(field::port);
  if (port == nullptr || !port->is_int64()) return event;
  if (const auto parsed = parse_target(fmt::format("{}:{}", text(field::host), port->get_int64()));
      parsed.has_value()) {
    target = *parsed;
    event.target = &*target;
  }
  return event;
}

}  // namespace

Checked<SegmentContents> read_segment(const std::string& path, const ReadLimit& limit) {
  auto reader = SegmentReader::open(path);
  if (reader.has_error()) return complain("audit: " + reader.error().text());
  ContentsReader contents(first_seq_of(path).value_or(0), limit);
  while (const auto line = reader->next()) {
    if (contents.take(*line)) continue;
    if (line->number == 1 && line->text.starts_with("{\"shirgate.seq\":") && !read_line_front(line->text))
      return complain(fmt::format("audit: {} has lines without a chain, as an older version wrote them; {}", path,
                                  not_overwritten));
    return std::move(contents.contents);
  }
  if (!reader->trouble().empty())
    return complain(fmt::format("audit: {} {}; {}", path, reader->trouble(), not_overwritten));
  if (const auto tail = reader->torn_tail()) contents.take_torn(*tail);
  return std::move(contents.contents);
}

std::vector<std::string> torn_bodies(const LiveTunnels& live, const std::vector<std::string>& paths, WallTime now,
                                     bool lab) {
  std::unordered_map<std::uint64_t, std::string> bodies;
  const auto write = [&](std::uint64_t tunnel, const json::object& opening) {
    std::optional<Target> target;
    auto event = torn_event(tunnel, opening, target);
    event.at = now;
    event.lab = lab;
    auto& body = bodies[tunnel];
    body.clear();
    append_json(body, event);
  };
  for (const auto tunnel : live.ids()) write(tunnel, {});
  for (const auto& path : paths) {
    auto reader = SegmentReader::open(path);
    while (const auto line = reader.has_value() ? reader->next() : std::nullopt) {
      const auto front = read_line_front(line->text);
      if (!front || front->body.action != to_string(Action::open) || !live.contains(front->body.tunnel)) continue;
      boost::system::error_code error;
      const auto value = json::parse(line->text, error);
      if (!error && value.is_object()) write(front->body.tunnel, value.get_object());
    }
  }
  std::vector<std::string> sorted;
  for (auto& [tunnel, body] : bodies) sorted.push_back(std::move(body));
  return sorted;
}

}  // namespace shirgate
