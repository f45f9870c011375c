// What the ends of a soak's tunnels say before their streams. The hello carries the tunnel's number, so that the
// upstream knows which part is its own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace shirgate::soak {

[[nodiscard]] const std::string& connect_words();
[[nodiscard]] std::string hello_words(std::size_t tunnel);
[[nodiscard]] std::size_t hello_size();
[[nodiscard]] std::size_t tunnel_in(std::string_view hello);
[[nodiscard]] const std::string& server_words();

}  // namespace shirgate::soak
