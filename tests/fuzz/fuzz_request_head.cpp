// Any bytes as a request head. Property: read in pieces they end as they do read at once; what is let through is one
// canonical target that reads back as itself.
#include <string_view>

#include "pieces.hpp"
#include "proxy/ingress/request_head.hpp"

namespace shirgate::fuzz {
namespace {

RequestHead::State read(RequestHead& head, Input bytes) {
  return head.read({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void read(Input input) {
  RequestHead whole;
  const auto at_once = read(whole, Copy(input).bytes());

  RequestHead grown;
  auto said_grown = RequestHead::State::more;
  std::size_t arrived = 0;
  static Pieces all_so_far;
  in_pieces(input, [&](Input piece) {
    arrived += piece.size();
    if (said_grown == RequestHead::State::more) said_grown = read(grown, all_so_far.put(input.first(arrived)));
  });

  if (at_once == RequestHead::State::whole) {
    require(said_grown == RequestHead::State::whole);
    require(whole.consumed() == grown.consumed() && whole.consumed() <= input.size());
    const auto again = parse_target(to_string(whole.asked().target));
    require(again.has_value() && *again == whole.asked().target);
  } else {
    // Which fault is told first may depend on how much was there; that it is refused must not.
    require((at_once == RequestHead::State::refused) == (said_grown == RequestHead::State::refused));
  }
}

}  // namespace
}  // namespace shirgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  shirgate::fuzz::read({data, size});
  return 0;
}
