// The few socket calls every part of the tool makes. What can't fail here ends the process.
#pragma once
#include <netinet/in.h>

#include <string>
#include <string_view>
#include <vector>

namespace load {

/// The result, unless it is negative: then says what failed and ends the process.
int must(int result, std::string_view what);

/// cubic, unless told otherwise, on every socket made from then on: a default of bbr paces, and collapses where the
/// processors are contended.
void use_host_congestion_control();

/// "127.0.0.1:80", or without a port.
[[nodiscard]] sockaddr_in parse_endpoint(std::string_view text);
[[nodiscard]] std::vector<sockaddr_in> parse_endpoints(const std::vector<std::string>& texts);

/// Not blocking; what it accepts inherits congestion control and TCP_NODELAY.
[[nodiscard]] int listen_on(const sockaddr_in& address);

/// Not blocking, and likely not connected yet. -1 with errno where it failed at once.
[[nodiscard]] int start_connecting(const sockaddr_in& to, const sockaddr_in* from);

/// The close that follows sends RST, so that no TIME_WAIT piles up and no port runs out.
void reset_on_close(int fd);

/// A file in memory that sendfile takes from: nobody has to make or touch its bytes.
[[nodiscard]] int make_source_file();
inline constexpr std::size_t source_file_bytes = 4 << 20;

/// One sendfile from `offset`, which moves on and wraps. What sendfile returned.
[[nodiscard]] ssize_t send_from(int source_file, off_t& offset, int fd, std::size_t at_most);
/// One recv that throws the bytes away without copying them. What recv returned.
[[nodiscard]] ssize_t discard(int fd);

}  // namespace load
