// As much TDS as the lab's ends speak with each other ([MS-TDS]): a login and a query with one row, inside of TLS. In
// TDS 7.4 PRELOGIN goes before, in the clear, and the TLS handshake is in packets; in TDS 8 all of it is inside of TLS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lab/pretend_service.hpp"
#include "lab/tls_stream.hpp"

namespace shirgate::lab {

/// Server: reads the client's PRELOGIN and asks for encryption to the end. Adds to what was received and sent. False
/// where there is none.
[[nodiscard]] bool answer_prelogin(BlockingSocket& socket, std::uint64_t& received, std::uint64_t& sent);
/// Client: offers encryption and waits for the server's answer, whatever it says. The same.
[[nodiscard]] bool exchange_prelogin(BlockingSocket& socket, std::uint64_t& received, std::uint64_t& sent);

/// By which TLS is told (ALPN) that TDS 8 follows.
inline constexpr std::string_view tds8_protocol = "tds/8.0";

/// Server: lets this one login in and refuses others as SQL Server does; answers each query with one row.
/// Where TLS was told so, in TDS 8.
[[nodiscard]] Talk sql_talk(std::string login);
/// Client: logs in and asks for a row. What goes wrong becomes the stream's trouble, a refusal with the server's words.
/// In TDS 8 where the two have agreed on that in TLS.
void log_in_and_query(TlsStream& stream, std::string_view login);

}  // namespace shirgate::lab
