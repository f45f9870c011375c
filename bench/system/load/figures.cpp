#include "figures.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace load {

double percentile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto nth = values.begin() + std::ptrdiff_t(part * double(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void Failures::add(std::string_view why) {
  if (count++ == 0) first = why;
}

void Object::key(std::string_view name) {
  if (text_.size() > 1) text_ += ", ";
  text_.append("\"").append(name).append("\": ");
}

Object& Object::add(std::string_view name, double value) {
  key(name);
  std::array<char, 40> digits{};
  std::snprintf(digits.data(), digits.size(), "%.10g", value);
  text_ += digits.data();
  return *this;
}

Object& Object::add(std::string_view name, std::string_view text) {
  key(name);
  text_ += '"';
  for (const char c : text) text_ += c < ' ' || c == '"' || c == '\\' ? ' ' : c;
  text_ += '"';
  return *this;
}

Object& Object::add(const Failures& failures) {
  add("failures", double(failures.count));
  if (failures.count != 0) add("first_failure", failures.first);
  return *this;
}

Object& Object::add_spread(std::string_view name, std::vector<double>& microseconds) {
  const std::string prefix(name);
  add(prefix + "_p50_us", percentile(microseconds, 0.5));
  add(prefix + "_p90_us", percentile(microseconds, 0.9));
  add(prefix + "_p99_us", percentile(microseconds, 0.99));
  return add(prefix + "_count", double(microseconds.size()));
}

void Object::print() const {
  std::puts((text_ + "}").c_str());
  std::fflush(stdout);
}

}  // namespace load
