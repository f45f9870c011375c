#include "proxy/first_flight/judge_hello.hpp"

#include <algorithm>

namespace shirgate {
namespace {

/// Every protocol that is offered, because which of them will be spoken is the server's choice.
bool lists_all(std::span<const std::string> listed, const TlsList<std::string_view>& offered) {
  for (const auto protocol : offered) {
    if (std::find(listed.begin(), listed.end(), protocol) == listed.end()) return false;
  }
  return true;
}

}  // namespace

Reason judge_hello(const Hello& hello, const Host& expected, const HelloRules& rules) {
  if (hello.sni.state == SniState::malformed) return Reason::sni_malformed;
  // These two before what report mode may lift, so that a lifted name never carries an old version or another protocol
  // along. No known version at all compares as less than any minimum.
  if (hello.max_version < rules.minimum_version) return Reason::tls_version_refused;
  if (!rules.alpn.empty() && !lists_all(rules.alpn, hello.alpn)) return Reason::alpn_refused;
  const bool absent = hello.sni.state == SniState::absent;
  if (absent && !rules.sni_optional) return Reason::sni_absent;
  if (!absent && !is_spelling_of(expected, hello.sni.text)) return Reason::sni_mismatch;
  // After the name: the name a real ECH shows is its provider's, and then the mismatch is the better thing to be told.
  if (hello.ech && !rules.ech_allowed) return Reason::ech_refused;
  return Reason::allowed;
}

}  // namespace shirgate
