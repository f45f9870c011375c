// JA4, a fingerprint that clients with the same TLS stack and settings share, for the audit: which program is this? As
// FoxIO publishes it in "JA4: TLS Client Fingerprinting" (github.com/FoxIO-LLC/ja4, technical_details/JA4.md). Anybody
// can send another client's fingerprint, so nothing may be decided by it.
#pragma once

#include <array>
#include <string_view>

#include "proxy/first_flight/hello.hpp"

namespace shirgate {

///  t13d1516h2_8daaf6152771_e5627efa2ab1
///  || || | |  |            `- SHA-256 of the extensions, sorted, without SNI and ALPN, and of the signature algorithms
///  || || | |  `-------------- SHA-256 of the cipher suites, sorted; either is twelve zeroes where there are none
///  || || | `----------------- first and last character of the first ALPN protocol, "00" without one
///  || || `------------------- how many extensions, "99" for more
///  || |`--------------------- how many cipher suites, likewise
///  || `---------------------- d: names a server; i: does not
///  |`------------------------ highest version offered, "00" if unknown
///  `------------------------- TLS over TCP
class Ja4 {
 public:
  [[nodiscard]] std::string_view text() const { return {text_.data(), text_.size()}; }
  [[nodiscard]] friend bool operator==(const Ja4&, const Ja4&) = default;

 private:
  friend Ja4 ja4_of(const Hello& hello);

  std::array<char, 36> text_{};
};

/// Printable ASCII, whatever the hello holds. Allocates nothing.
[[nodiscard]] Ja4 ja4_of(const Hello& hello);

}  // namespace shirgate
