// TLS extensions that somebody here asks for, by their numbers in the IANA registry.
#pragma once

#include <cstdint>

namespace shirgate::extension_number {

inline constexpr std::uint16_t server_name = 0;
inline constexpr std::uint16_t supported_groups = 10;
inline constexpr std::uint16_t signature_algorithms = 13;
inline constexpr std::uint16_t alpn = 16;
inline constexpr std::uint16_t pre_shared_key = 41;
inline constexpr std::uint16_t early_data = 42;
inline constexpr std::uint16_t supported_versions = 43;
inline constexpr std::uint16_t key_share = 51;
inline constexpr std::uint16_t encrypted_client_hello = 0xfe0d;
inline constexpr std::uint16_t encrypted_server_name = 0xffce;  ///< ESNI, which never got past drafts

}  // namespace shirgate::extension_number
