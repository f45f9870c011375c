// What a certificate that somebody else sent says of itself, for the audit. Nothing is verified and nothing believed:
// the bytes are a stranger's, and so are the names in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace shirgate {

/// The largest certificate looked at.
inline constexpr std::size_t max_certificate_bytes = 64 * 1024;
/// The most names kept, the longest one, and the longest issuer.
inline constexpr std::size_t max_certificate_names = 100;
inline constexpr std::size_t max_certificate_name_bytes = 253;
inline constexpr std::size_t max_issuer_bytes = 512;

struct CertificateFacts {
  /// The DNS names of subjectAltName in their order. Only those of printable ASCII without spaces, "*.x" included; that
  /// they are names is not checked.
  std::vector<std::string> dns_names;
  std::size_t left_out = 0;  ///< DNS names not in the list: too many, too long, or unprintable
  std::string issuer;        ///< as issuer_of() gives it, cut to max_issuer_bytes; empty if it can't be printed
};

/// Nothing if the bytes are not one X.509 certificate to the last byte, or too many. Never throws for what they hold.
[[nodiscard]] std::optional<CertificateFacts> read_certificate(std::span<const std::uint8_t> der);

}  // namespace shirgate
