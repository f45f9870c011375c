#include "lab/bytes_answer.hpp"

#include <fmt/format.h>

#include <charconv>

#include "certs/digest.hpp"
#include "lab/pretend_service.hpp"

namespace shirgate::lab {
namespace {

struct Range {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// "bytes=0-4194303".
std::optional<Range> parse_range_field(std::string_view text) {
  constexpr std::string_view unit = "bytes=";
  if (!text.starts_with(unit)) return std::nullopt;
  text.remove_prefix(unit.size());
  Range range;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto last = std::from_chars(first.ptr + 1, end, range.last);
  if (last.ec != std::errc() || last.ptr != end || range.last < range.first) return std::nullopt;
  return range;
}

}  // namespace

HttpMessage answer_with(std::string_view bytes, const HttpMessage& request) {
  HttpMessage answer{"HTTP/1.1 200 OK", {{"content-type", "application/octet-stream"}}, std::string(bytes)};
  if (const auto wanted = request.field("range"); !wanted.empty()) {
    const auto range = parse_range_field(wanted);
    if (!range || range->last >= bytes.size()) return {"HTTP/1.1 416 Range Not Satisfiable"};
    answer.start_line = "HTTP/1.1 206 Partial Content";
    answer.fields["content-range"] = fmt::format("bytes {}-{}/{}", range->first, range->last, bytes.size());
    answer.body = bytes.substr(range->first, range->last - range->first + 1);
  }
  answer.fields[std::string(sha256_field)] = to_hex(sha256(answer.body));
  return answer;
}

}  // namespace shirgate::lab
