// What went wrong inside OpenSSL, in words. Thrown only where set-up is broken (no memory, an unusable certificate, a
// bad setting); what a peer does wrong is a value of TlsLeg, never an exception.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace shirgate {

class OpensslError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The reasons on this thread's OpenSSL error queue, oldest first, joined with "; ". Empties the queue.
[[nodiscard]] std::string take_openssl_errors();

/// Throws an OpensslError that reads "what: OpenSSL's reasons".
[[noreturn]] void throw_openssl_error(std::string_view what);

/// Throws unless OpenSSL reported success, which for set-up calls is a positive number.
void require_openssl(int status, std::string_view what);

/// Passes an owner on, and throws if it is empty: OpenSSL's answer to a failed allocation or look-up.
template <class Owner>
[[nodiscard]] Owner require_openssl(Owner owner, std::string_view what) requires requires {
  owner.get();
}
{
  if (!owner) throw_openssl_error(what);
  return owner;
}

}  // namespace shirgate
