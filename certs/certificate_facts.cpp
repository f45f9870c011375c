#include "certs/certificate_facts.hpp"

#include <openssl/err.h>

#include <algorithm>

#include "certs/identity.hpp"

namespace shirgate {
namespace {

X509Ptr parse(std::span<const std::uint8_t> der) {
  if (der.size() > max_certificate_bytes) return nullptr;
  const unsigned char* at = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  // OpenSSL is content with a certificate at the beginning; what lies behind it would be anybody's guess.
  if (certificate && at != der.data() + der.size()) return nullptr;
  return certificate;
}

std::string_view text_of(const ASN1_STRING& string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&string)),
          static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

bool is_presentable(std::string_view name) {
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  return !name.empty() && name.size() <= max_certificate_name_bytes && std::all_of(name.begin(), name.end(), printable);
}

void read_names(const X509& certificate, CertificateFacts& facts) {
  // Gives nothing if the extension is absent, comes twice, or can't be read.
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto text = text_of(*name->d.dNSName);
    if (facts.dns_names.size() < max_certificate_names && is_presentable(text)) {
      facts.dns_names.emplace_back(text);
    } else {
      ++facts.left_out;
    }
  }
}

}  // namespace

std::optional<CertificateFacts> read_certificate(std::span<const std::uint8_t> der) {
  std::optional<CertificateFacts> facts;
  if (const X509Ptr certificate = parse(der)) {
    facts.emplace();
    read_names(*certificate, *facts);
    facts->issuer = printed(*X509_get_issuer_name(certificate.get())).value_or("").substr(0, max_issuer_bytes);
  }
  // What OpenSSL thinks of a stranger's bytes must not be taken for the reason of somebody else's failure.
  ERR_clear_error();
  return facts;
}

}  // namespace shirgate
