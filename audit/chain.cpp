#include "audit/chain.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "audit/fields.hpp"

namespace shirgate {
namespace {

/// The key as it stands behind another: ,"key":
void append_key(std::string& out, char before, std::string_view key) {
  out.push_back(before);
  out.push_back('"');
  out.append(key);
  out.append("\":");
}

void append_hex(std::string& out, const Sha256Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, sizeof(Sha256Digest) * 2> text;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = digits[digest[i] >> 4];
    text[2 * i + 1] = digits[digest[i] & 0xf];
  }
  out.append(text.data(), text.size());
}

}  // namespace

void Chain::append(std::string& out, std::string_view body) {
  const auto start = out.size();
  std::array<char, 24> digits;
  append_key(out, '{', field::seq);
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), end_.next_seq).ptr);
  append_key(out, ',', field::prev);
  out.push_back('"');
  append_hex(out, end_.prev);
  out.push_back('"');
  append_key(out, ',', field::gate);
  out.push_back('"');
  out.append(gate_);
  out.append("\",");
  out.append(body.substr(1));
  end_.prev = hash_of_line(std::string_view(out).substr(start));
  ++end_.next_seq;
  out.push_back('\n');
}

std::string head_text(std::string_view gate, std::uint64_t seq, const Sha256Digest& prev) {
  return fmt::format("shirgate-head-1\n{}\n{}\n{}\n", gate, seq, to_hex(prev));
}

}  // namespace shirgate
