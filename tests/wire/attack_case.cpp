#include "attack_case.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <fstream>
#include <ostream>
#include <stdexcept>

#include "waiting.hpp"

namespace shirgate::wire {
namespace {

constexpr std::array families{"authority", "port", "address", "dns",    "http", "early", "sni",
                              "tls",       "ech",  "tds",     "tunnel", "log",  "audit", "positive"};

std::string text_or_empty(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

int number_or_zero(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_int64() ? static_cast<int>(value->get_int64()) : 0;
}

/// The corpus writes bytes as latin-1 text: one code point up to U+00FF is one byte.
std::string bytes_of(std::string_view utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c >= 0x80) {
      if ((c & 0xfcU) != 0xc0U) throw std::runtime_error("the corpus holds a code point over U+00FF");
      ++i;
      bytes.push_back(static_cast<char>(((c & 3U) << 6) | (static_cast<unsigned char>(utf8.at(i)) & 0x3fU)));
    } else {
      bytes.push_back(static_cast<char>(c));
    }
  }
  return bytes;
}

/// A step between two writes is told in words: "<wait for HRR>".
bool is_a_step(std::string_view write) { return write.starts_with('<'); }

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (; !hex.empty(); hex.remove_prefix(2))
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(0, 2)), nullptr, 16)));
  return bytes;
}

std::string bytes_of(const boost::json::value& write) {
  if (write.is_string()) return bytes_of(std::string_view(write.get_string()));
  const auto& repeated = write.as_object();
  const auto unit = bytes_of(std::string_view(repeated.at("repeat").as_string()));
  std::string bytes;
  for (auto left = repeated.at("times").as_int64(); left > 0; --left) bytes += unit;
  return bytes;
}

AttackCase read_case(const boost::json::object& row) {
  const auto& input = row.at("input").as_object();
  const auto& expect = row.at("expect").as_object();
  AttackCase result{.id = text_or_empty(row, "id"),
                    .family = text_or_empty(row, "component"),
                    .type = text_or_empty(input, "type"),
                    .authority = bytes_of(text_or_empty(input, "authority") + text_or_empty(input, "connect")),
                    .delay_ms = number_or_zero(input, "delay_ms"),
                    .then = text_or_empty(input, "then"),
                    .verdict = text_or_empty(expect, "verdict"),
                    .status = number_or_zero(expect, "status"),
                    .reason = text_or_empty(expect, "reason"),
                    .heard = text_or_empty(expect, "client_bytes_after_200")};
  if (const auto* queries = expect.if_contains("dns_queries")) result.never_resolved = queries->is_int64();
  if (const auto* writes = input.if_contains("writes"))
    for (const auto& write : writes->as_array()) result.writes.push_back(bytes_of(write));
  if (const auto* writes = input.if_contains("writes_hex"))
    for (const auto& write : writes->as_array())
      if (!is_a_step(write.as_string())) result.writes.push_back(bytes_of_hex(write.as_string()));
  if (const auto* answers = input.if_contains("answers"))
    for (const auto& answer : answers->as_array()) result.answers.emplace_back(answer.as_string());
  return result;
}

void correct(AttackCase& attack) {
  for (const auto& row : corrected_cases) {
    if (row.id != attack.id) continue;
    attack.verdict = row.verdict;
    attack.status = row.status;
  }
}

std::vector<AttackCase> load_cases() {
  std::vector<AttackCase> all;
  std::ifstream file(SHIRGATE_SOURCE_DIR "/tests/corpus/attack_cases.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto row = boost::json::parse(line).as_object();
    const auto family = text_or_empty(row, "component");
    if (std::find(families.begin(), families.end(), family) != families.end()) {
      all.push_back(read_case(row));
      correct(all.back());
    }
  }
  if (all.empty()) throw std::runtime_error("the corpus can't be read");
  return all;
}

}  // namespace

const std::vector<AttackCase>& attack_cases() {
  static const auto all = load_cases();
  return all;
}

std::vector<AttackCase> runnable_cases() {
  auto some = attack_cases();
  std::erase_if(some, [](const AttackCase& attack) { return is_worded(attack.id) || waits(attack.id); });
  return some;
}

bool is_sql(const AttackCase& attack) {
  constexpr char tls_handshake_record = 0x16;
  const bool begins_with_tls = !attack.writes.empty() && attack.writes.front().front() == tls_handshake_record;
  return attack.type == "tunnel" && attack.authority.ends_with(":1433") && !begins_with_tls;
}

std::string all_bytes(const AttackCase& attack) {
  std::string all;
  for (const auto& write : attack.writes) all += write;
  return all;
}

void PrintTo(const AttackCase& attack, std::ostream* out) { *out << attack.id; }

std::string test_name(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

}  // namespace shirgate::wire
