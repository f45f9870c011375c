#include "proxy/first_flight/judge_hello.hpp"

namespace shirgate {

Reason judge_hello(const Hello& hello, const Host& expected, const HelloRules& rules) {
  if (hello.sni.state == SniState::malformed) return Reason::sni_malformed;
  // Before what report mode may lift, so that a lifted name never carries an old version along. No known version at all
  // compares as less than any minimum.
  if (hello.max_version < rules.minimum_version) return Reason::tls_version_refused;
  if (hello.sni.state == SniState::absent) return Reason::sni_absent;
  if (hello.sni.host != expected) return Reason::sni_mismatch;
  // After the name: the name a real ECH shows is its provider's, and then the mismatch is the better thing to be told.
  if (hello.ech && !rules.ech_allowed) return Reason::ech_refused;
  return Reason::allowed;
}

}  // namespace shirgate
