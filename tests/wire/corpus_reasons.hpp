// The corpus's reason codes in our words.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "policy/reason.hpp"

namespace shirgate::wire {

struct Translation {
  std::string_view corpus;
  Reason ours;
};

inline constexpr std::array translations{
    Translation{"bad_request_line", Reason::bad_request_line},
    Translation{"bad_version", Reason::bad_version},
    Translation{"bad_target", Reason::bad_target},
    Translation{"bad_authority", Reason::bad_authority},
    Translation{"bad_host", Reason::bad_host},
    Translation{"bad_port", Reason::bad_port},
    Translation{"bad_header", Reason::bad_header},
    Translation{"bad_host_header", Reason::bad_host_header},
    Translation{"host_mismatch", Reason::host_mismatch},
    Translation{"body_not_allowed", Reason::body_not_allowed},
    Translation{"header_too_large", Reason::header_too_large},
    Translation{"method_not_allowed", Reason::method_not_served},
    Translation{"scheme_not_allowed", Reason::scheme_not_served},
    Translation{"host_not_allowed", Reason::host_not_listed},
    Translation{"host_not_allowed", Reason::scheme_not_served},  // HTTP-025: a full URL is refused before its host
    Translation{"port_not_allowed", Reason::port_not_listed},
    Translation{"ip_literal_not_allowed", Reason::ip_literal_not_listed},
    Translation{"addr_not_allowed", Reason::address_prohibited},
    Translation{"addr_not_allowed", Reason::address_not_expected},
    Translation{"tls_not_tls", Reason::not_tls},
    Translation{"tls_bad_hello", Reason::hello_malformed},
    Translation{"tls_no_sni", Reason::sni_absent},
    Translation{"tls_bad_sni", Reason::sni_malformed},
    Translation{"tls_sni_mismatch", Reason::sni_mismatch},
};

/// What could not be read: the corpus lets a harness take any reason of this class for another.
[[nodiscard]] constexpr bool is_malformed(Reason reason) {
  return reason >= Reason::bad_request_line && reason <= Reason::header_too_large &&
         reason != Reason::method_not_served && reason != Reason::scheme_not_served;
}

[[nodiscard]] constexpr bool means(std::string_view corpus, Reason ours) {
  return std::any_of(translations.begin(), translations.end(), [&](const Translation& row) {
    return row.corpus == corpus && (row.ours == ours || (is_malformed(row.ours) && is_malformed(ours)));
  });
}

}  // namespace shirgate::wire
