#include "options.hpp"

#include <cstdio>
#include <cstdlib>

namespace load {
namespace {

[[noreturn]] void refuse(const std::string& complaint) {
  std::fprintf(stderr, "load: %s\n", complaint.c_str());
  std::exit(2);
}

}  // namespace

Options::Options(int count, char** arguments) {
  for (int i = 0; i < count; i += 2) {
    const std::string_view key = arguments[i];
    if (!key.starts_with("--") || i + 1 == count) refuse("unknown or without a value: " + std::string(key));
    values_[std::string(key.substr(2))].text = arguments[i + 1];
  }
}

std::string Options::text(std::string_view key, std::string_view fallback) {
  const auto found = values_.find(key);
  if (found == values_.end()) return std::string(fallback);
  found->second.asked_for = true;
  return found->second.text;
}

double Options::number(std::string_view key, double fallback) {
  const auto given = text(key, "");
  if (given.empty()) return fallback;
  char* end = nullptr;
  const double value = std::strtod(given.c_str(), &end);
  if (*end != '\0' || value < 0) refuse("--" + std::string(key) + " wants a number, not " + given);
  return value;
}

std::vector<std::string> Options::list(std::string_view key) {
  const auto given = text(key, "");
  std::vector<std::string> items;
  for (std::size_t at = 0; at < given.size();) {
    const auto comma = std::min(given.find(',', at), given.size());
    items.push_back(given.substr(at, comma - at));
    at = comma + 1;
  }
  return items;
}

void Options::refuse_unknown() const {
  for (const auto& [key, value] : values_)
    if (!value.asked_for) refuse("--" + key + " means nothing here");
}

}  // namespace load
