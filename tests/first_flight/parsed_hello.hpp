// A hello together with the bytes it is views into.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "exact_copy.hpp"
#include "hello_builder.hpp"
#include "proxy/first_flight/hello.hpp"

namespace shirgate::test {

class ParsedHello {
 public:
  explicit ParsedHello(OctetSpan body) : body_(body), hello_(parse_hello(body_.span())) {}

  [[nodiscard]] bool has_value() const { return hello_.has_value(); }
  [[nodiscard]] bool has_error() const { return hello_.has_error(); }
  [[nodiscard]] Reason error() const { return hello_.error(); }
  [[nodiscard]] const Hello& operator*() const { return *hello_; }
  [[nodiscard]] const Hello* operator->() const { return &*hello_; }

 private:
  ExactCopy body_;
  Result<Hello> hello_;
};

/// An ordinary hello but for its extensions.
inline ParsedHello parsed_with(const Octets& extensions) {
  HelloParts parts;
  parts.extensions = extensions;
  return ParsedHello(parts.body());
}

/// The elements, in something that compares and prints.
template <class Element>
auto listed(const TlsList<Element>& list) {
  using Kept = std::conditional_t<std::is_same_v<Element, std::string_view>, std::string, Element>;
  std::vector<Kept> all;
  for (const auto& element : list) all.emplace_back(element);
  return all;
}

}  // namespace shirgate::test
