// Any bytes as a request head. Property: read byte by byte they end as they do read at once; what is let through is one
// canonical target that reads back as itself.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "proxy/ingress/request_head.hpp"

namespace {

using namespace shirgate;

void require(bool holds) {
  if (!holds) std::abort();
}

/// An exact-size copy, so that the sanitizer sees the first byte read too far.
RequestHead::State read(RequestHead& head, std::string_view text) {
  const auto copy = std::make_unique<char[]>(text.size());
  text.copy(copy.get(), text.size());
  return head.read({copy.get(), text.size()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RequestHead whole;
  const auto at_once = read(whole, text);

  RequestHead piecewise;
  auto in_pieces = RequestHead::State::more;
  for (std::size_t n = 1; n <= size && in_pieces == RequestHead::State::more; ++n)
    in_pieces = read(piecewise, text.substr(0, n));

  if (at_once == RequestHead::State::whole) {
    require(in_pieces == RequestHead::State::whole);
    require(whole.consumed() == piecewise.consumed() && whole.consumed() <= size);
    const auto again = parse_target(to_string(whole.asked().target));
    require(again.has_value() && *again == whole.asked().target);
  } else {
    // Which fault is told first may depend on how much was there; that it is refused must not.
    require((at_once == RequestHead::State::refused) == (in_pieces == RequestHead::State::refused));
  }
  return 0;
}
