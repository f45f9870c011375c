#include <netinet/in.h>
#include <sys/socket.h>

#include "proxy/loop/original.hpp"
#include "proxy/loop/sockaddr_linux.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {
namespace {

// <linux/netfilter_ipv4.h> and its sister for IPv6 clash with the C library's headers; the number is the same in both.
constexpr int so_original_dst = 80;

}  // namespace

std::optional<Endpoint> original_of_redirected(int fd) {
  const bool is_v4 = local_endpoint(fd).address.is_v4;
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockopt(fd, is_v4 ? SOL_IP : SOL_IPV6, so_original_dst, &storage, &size) != 0) return std::nullopt;
  return from_kernel(storage);
}

}  // namespace shirgate
