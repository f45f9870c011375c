// Any bytes to two readers: a real OpenSSL server, and ours. Whatever hello OpenSSL takes a server name from, ours must
// take the same name from or refuse; a name only OpenSSL sees is how a hello gets past a filter. That ours refuses more
// is meant.
#include "pieces.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/hello_reader.hpp"
#include "tests/first_flight/openssl_server_name.hpp"

namespace shirgate::fuzz {
namespace {

using test::ServerName;

/// Nothing if the gate would refuse the hello, or is not done with it.
std::optional<ServerName> our_name(Input input) {
  HelloReader reader;
  const auto said = reader.feed(input);
  if (said.has_error() || *said != HelloProgress::done) return std::nullopt;
  const auto hello = parse_hello(reader.body());
  if (hello.has_error() || hello->sni.state == SniState::malformed) return std::nullopt;
  return hello->sni.state == SniState::named ? ServerName(hello->sni.text) : ServerName();
}

}  // namespace
}  // namespace shirgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace shirgate;
  static test::OpensslServerName openssl;
  const auto theirs = openssl.of({data, size});
  const auto ours = fuzz::our_name({data, size});
  if (theirs && ours) fuzz::require(*theirs == *ours);
  return 0;
}
