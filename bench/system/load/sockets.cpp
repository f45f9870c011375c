#include "sockets.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace load {
namespace {

bool set_cubic = true;

void tune(int fd) {
  const int on = 1;
  if (set_cubic) must(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5), "TCP_CONGESTION");
  must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

int new_socket() {
  const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  tune(fd);
  return fd;
}

const sockaddr* generic(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

[[noreturn]] void bad_endpoint(std::string_view text) {
  std::fprintf(stderr, "load: '%.*s' is no address:port\n", int(text.size()), text.data());
  std::exit(2);
}

}  // namespace

int must(int result, std::string_view what) {
  if (result >= 0) return result;
  std::perror(std::string(what).c_str());
  std::exit(2);
}

void use_host_congestion_control() { set_cubic = false; }

sockaddr_in parse_endpoint(std::string_view text) {
  const auto colon = std::min(text.find(':'), text.size());
  const std::string host(text.substr(0, colon));
  const auto digits = text.substr(std::min(colon + 1, text.size()));
  std::uint16_t port = 0;
  if (!digits.empty() && std::from_chars(digits.data(), digits.data() + digits.size(), port).ec != std::errc{})
    bad_endpoint(text);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) bad_endpoint(text);
  return address;
}

std::vector<sockaddr_in> parse_endpoints(const std::vector<std::string>& texts) {
  std::vector<sockaddr_in> endpoints;
  for (const auto& text : texts) endpoints.push_back(parse_endpoint(text));
  return endpoints;
}

int listen_on(const sockaddr_in& address) {
  const int fd = new_socket();
  const int on = 1;
  must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
  must(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), "SO_REUSEPORT");
  must(bind(fd, generic(address), sizeof address), "bind");
  must(listen(fd, 4096), "listen");
  return fd;
}

int start_connecting(const sockaddr_in& to, const sockaddr_in* from) {
  const int fd = new_socket();
  const int on = 1;
  if (from != nullptr) {
    // The port is chosen at connect, when the whole tuple is known: else each address would have but one range of them.
    must(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), "IP_BIND_ADDRESS_NO_PORT");
    must(bind(fd, generic(*from), sizeof *from), "bind to the client's address");
  }
  if (connect(fd, generic(to), sizeof to) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

void reset_on_close(int fd) {
  const linger abortive{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &abortive, sizeof abortive);
}

int make_source_file() {
  const int fd = must(memfd_create("source", MFD_CLOEXEC), "memfd_create");
  const std::vector<char> bytes(source_file_bytes, 'x');
  if (write(fd, bytes.data(), bytes.size()) != ssize_t(bytes.size())) must(-1, "write to memfd");
  return fd;
}

ssize_t send_from(int source_file, off_t& offset, int fd, std::size_t at_most) {
  if (std::size_t(offset) >= source_file_bytes) offset = 0;
  return sendfile(fd, source_file, &offset, std::min(at_most, source_file_bytes - std::size_t(offset)));
}

ssize_t discard(int fd) { return recv(fd, nullptr, std::size_t{1} << 30, MSG_TRUNC | MSG_DONTWAIT); }

}  // namespace load
