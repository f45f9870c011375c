// `--key value` pairs.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// Ends the process with a sentence where a value can't be read, or where a key was given that nobody asked for.
class Options {
 public:
  Options(int count, char** arguments);
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback);
  [[nodiscard]] double number(std::string_view key, double fallback);
  /// Split at commas; empty where the key was not given.
  [[nodiscard]] std::vector<std::string> list(std::string_view key);
  void refuse_unknown() const;

 private:
  struct Value {
    std::string text;
    bool asked_for = false;
  };
  std::map<std::string, Value, std::less<>> values_;
};

}  // namespace load
