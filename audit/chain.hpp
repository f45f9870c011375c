// What makes single lines a log: each carries its number and the SHA-256 of the line before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "certs/digest.hpp"

namespace shirgate {

/// Where the next line joins. A value: keep a copy to go back to.
struct ChainEnd {
  std::uint64_t next_seq = 1;
  Sha256Digest prev{};
  friend bool operator==(const ChainEnd&, const ChainEnd&) = default;
};

/// The hash a line passes on to the next; `line` is without its end.
[[nodiscard]] inline Sha256Digest hash_of_line(std::string_view line) { return sha256(line); }

/// Makes lines of bodies, which are JSON objects as append_json writes them.
class Chain {
 public:
  /// `gate`: sixteen hexadecimal digits.
  Chain(std::string gate, ChainEnd end) : gate_(std::move(gate)), end_(end) {}

  void append(std::string& out, std::string_view body);
  [[nodiscard]] const ChainEnd& end() const { return end_; }
  [[nodiscard]] const std::string& gate() const { return gate_; }
  void go_back_to(const ChainEnd& end) { end_ = end; }

 private:
  std::string gate_;
  ChainEnd end_;
};

/// What a head line signs.
[[nodiscard]] std::string head_text(std::string_view gate, std::uint64_t seq, const Sha256Digest& prev);

}  // namespace shirgate
