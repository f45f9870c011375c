// The bytes of TLS that open a tunnel: a real client's hello, and an answer that looks like a server's.
#pragma once
#include <string>
#include <string_view>

namespace load {

/// The captured ClientHello in `path`, one record, naming `server_name` instead of the host it was captured with: a
/// gate that reads it compares the name with the CONNECT. Ends the process where the capture has no such name.
[[nodiscard]] std::string client_hello(const std::string& path, std::string_view server_name);

/// A ServerHello of TLS 1.3, the same for every client: a relay may look whether it is one, and nobody computes with
/// it.
[[nodiscard]] std::string_view server_hello();

/// How long the record is that begins with these bytes; 0 while the header is not whole.
[[nodiscard]] std::size_t record_bytes(std::string_view begin);

}  // namespace load
