// Between policy's addresses and the kernel's.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "config/settings.hpp"

namespace shirgate {

struct KernelAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] int family() const { return storage.ss_family; }
};

[[nodiscard]] KernelAddress to_kernel(const Endpoint& endpoint);
/// A v4-mapped IPv6 address comes back as IPv4: on a socket it means an IPv4 peer.
[[nodiscard]] Endpoint from_kernel(const sockaddr_storage& storage);

}  // namespace shirgate
