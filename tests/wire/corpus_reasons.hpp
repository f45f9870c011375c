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
    Translation{"tls_ech", Reason::ech_refused},
    Translation{"tls_bad_record", Reason::hello_malformed},
    Translation{"tls_hello_too_big", Reason::hello_too_large},
    Translation{"tls_too_many_records", Reason::hello_too_large},
    Translation{"tls_version", Reason::tls_version_refused},
    Translation{"tls_hello_timeout", Reason::hello_timeout},
    Translation{"client_closed", Reason::hello_incomplete},  // in the middle of a hello, by FIN or by RST
    Translation{"client_reset", Reason::hello_incomplete},
    Translation{"tds_encrypt_off", Reason::tds_not_encrypted},
    Translation{"tds_bad_prelogin", Reason::tds_malformed},
    Translation{"tds_bad_packet", Reason::tds_malformed},
    Translation{"tds_too_many_packets", Reason::hello_too_large},
};

/// By id, where the corpus's code tells too little.
inline constexpr std::array translated_rows{
    Translation{"TDS-014", Reason::hello_timeout},  // a message that may still go on: the clock ends it
    Translation{"TDS-024", Reason::not_tls},        // the second PRELOGIN is where TLS belongs
};

/// What could not be read: the corpus lets a harness take any reason of this class for another.
[[nodiscard]] constexpr bool is_malformed(Reason reason) {
  return reason >= Reason::bad_request_line && reason <= Reason::header_too_large &&
         reason != Reason::method_not_served && reason != Reason::scheme_not_served;
}

[[nodiscard]] constexpr bool means(std::string_view id, std::string_view corpus, Reason ours) {
  for (const auto& row : translated_rows)
    if (row.corpus == id) return row.ours == ours;
  return std::any_of(translations.begin(), translations.end(), [&](const Translation& row) {
    return row.corpus == corpus && (row.ours == ours || (is_malformed(row.ours) && is_malformed(ours)));
  });
}

}  // namespace shirgate::wire
