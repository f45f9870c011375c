#include "certs/openssl_error.hpp"

#include <openssl/err.h>

#include <array>

namespace shirgate {
namespace {

std::string reason_of(unsigned long code) {
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace

std::string take_openssl_errors() {
  std::string reasons;
  while (const unsigned long code = ERR_get_error()) {
    if (!reasons.empty()) reasons += "; ";
    reasons += reason_of(code);
  }
  return reasons;
}

void throw_openssl_error(std::string_view what) {
  const std::string reasons = take_openssl_errors();
  throw OpensslError(std::string(what) + ": " + (reasons.empty() ? "OpenSSL gives no reason" : reasons));
}

void require_openssl(int status, std::string_view what) {
  if (status <= 0) throw_openssl_error(what);
}

}  // namespace shirgate
