// Names the policy hands out (runtimes, channels, rules), each kept once for the life of the process. A Name is eight
// bytes, compares in one instruction and stays readable after the policy it came from is gone, so a verdict or an idle
// tunnel never pins an old policy.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace shirgate {

/// Thread-safe: making one takes a lock and may allocate, so make them when a configuration is read, not per request.
/// Reading is free. The pool only grows, by what configurations name.
class Name {
 public:
  Name() = default;
  explicit Name(std::string_view text);

  [[nodiscard]] std::string_view text() const { return text_ == nullptr ? std::string_view{} : *text_; }
  [[nodiscard]] bool empty() const { return text().empty(); }
  [[nodiscard]] friend bool operator==(Name a, Name b) { return a.text_ == b.text_; }
  [[nodiscard]] friend auto operator<=>(Name a, Name b) { return a.text() <=> b.text(); }
  /// For Boost's hash tables: of which name it is, not of how that is spelled.
  [[nodiscard]] friend std::size_t hash_value(Name name) { return std::hash<const std::string*>{}(name.text_); }

 private:
  const std::string* text_ = nullptr;
};

}  // namespace shirgate
