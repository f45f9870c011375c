#include "mock_dns.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "policy/address.hpp"

namespace shirgate::wire {
namespace {

constexpr int type_a = 1;
constexpr int type_cname = 5;
constexpr int type_aaaa = 28;
constexpr std::size_t header_bytes = 12;
constexpr std::size_t largest_datagram = 512;

std::string u16(std::size_t value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }
std::string u32(std::uint32_t value) { return u16(value >> 16) + u16(value & 0xffff); }

std::string encoded(const std::string& name) {
  std::string wire;
  for (std::size_t at = 0; at < name.size();) {
    const auto dot = std::min(name.find('.', at), name.size());
    wire += static_cast<char>(dot - at) + name.substr(at, dot - at);
    at = dot + 1;
  }
  return wire + '\0';
}

/// The name a question asks for and where its type starts.
std::string decoded(const std::string& packet, std::size_t& at) {
  std::string name;
  while (at < packet.size() && packet[at] != 0) {
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(packet[at]));
    name += (name.empty() ? "" : ".") + packet.substr(at + 1, size);
    at += size + 1;
  }
  ++at;
  return name;
}

std::string record(const std::string& owner, int type, std::uint32_t ttl, const std::string& data) {
  return owner + u16(static_cast<std::size_t>(type)) + u16(1) + u32(ttl) + u16(data.size()) + data;
}

std::string address_bytes(const Address& address) {
  const std::string all(address.bytes.begin(), address.bytes.end());
  return address.is_v4 ? all.substr(12) : all;
}

/// The answer section and how many records it has.
std::string records(const DnsReply& reply, int type, std::size_t& count) {
  std::string owner = u16(0xc00c);  // the asked name
  std::string section;
  for (const auto& next : reply.by_way_of) {
    section += record(owner, type_cname, reply.ttl, encoded(next));
    owner = encoded(next);
    ++count;
  }
  for (const auto& text : reply.addresses) {
    auto address = parse_address(text).value_or(Address{});
    if (text.find(':') != std::string::npos) address.is_v4 = false;
    if (address.is_v4 != (type == type_a)) continue;
    section += record(owner, type, reply.ttl, address_bytes(address));
    ++count;
  }
  return section;
}

sockaddr_in any_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

MockDns::MockDns(Script script) : script_(std::move(script)) {
  int attempts = 0;
  while (!open_ports())
    if (++attempts == 50) throw std::runtime_error("the mock DNS gets no port");
  thread_ = std::thread([this] { run(); });
}

MockDns::~MockDns() {
  stop_ = true;
  thread_.join();
  ::close(udp_);
  ::close(tcp_);
}

/// The kernel chooses a UDP port; the TCP port of that number may be taken.
bool MockDns::open_ports() {
  udp_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  tcp_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int large = 4 << 20;
  ::setsockopt(udp_, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
  auto address = any_port();
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool open = ::bind(udp_, generic, size) == 0 && ::getsockname(udp_, generic, &size) == 0 &&
                    ::bind(tcp_, generic, size) == 0 && ::listen(tcp_, 64) == 0;
  port_ = ntohs(address.sin_port);
  if (!open) {
    ::close(udp_);
    ::close(tcp_);
  }
  return open;
}

std::size_t MockDns::queries_for(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? 0 : found->second;
}

void MockDns::run() {
  while (!stop_) {
    std::array<pollfd, 2> watched{pollfd{udp_, POLLIN, 0}, pollfd{tcp_, POLLIN, 0}};
    ::poll(watched.data(), watched.size(), 10);
    if (watched[0].revents != 0) serve_udp();
    if (watched[1].revents != 0) serve_tcp();
    send_what_is_due();
  }
}

std::string MockDns::answer(const std::string& question, DnsReply& reply) {
  if (question.size() < header_bytes + 5) return {};
  std::size_t at = header_bytes;
  const auto name = decoded(question, at);
  const int type = static_cast<unsigned char>(question.at(at + 1));
  {
    const std::scoped_lock lock(mutex_);
    ++by_name_[name];
  }
  ++queries_;
  reply = script_(name, type);
  std::size_t count = 0;
  const auto section = records(reply, type, count);
  const auto flags = 0x8180U | static_cast<unsigned>(reply.rcode);
  return question.substr(0, 2) + u16(flags) + u16(1) + u16(count) + u16(0) + u16(0) +
         question.substr(header_bytes, at + 4 - header_bytes) + section;
}

void MockDns::serve_udp() {
  std::array<char, 1500> bytes{};
  sockaddr_in from{};
  socklen_t size = sizeof from;
  for (;;) {
    const auto count = ::recvfrom(udp_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (count <= 0) return;
    DnsReply reply;
    auto packet = answer({bytes.data(), static_cast<std::size_t>(count)}, reply);
    if (packet.empty() || reply.silent) continue;
    if (packet.size() > largest_datagram) {
      packet[2] = static_cast<char>(packet[2] | 2);  // truncated: ask again over TCP
      packet.replace(6, 2, u16(0));
      packet.resize(static_cast<std::size_t>(count));
    }
    late_.push_back({std::chrono::steady_clock::now() + reply.delay,
                     std::string(reinterpret_cast<const char*>(&from), sizeof from), std::move(packet)});
  }
}

void MockDns::send_what_is_due() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(late_, [&](const Late& late) {
    if (late.due > now) return false;
    ++answers_;
    ::sendto(udp_, late.packet.data(), late.packet.size(), 0, reinterpret_cast<const sockaddr*>(late.client.data()),
             static_cast<socklen_t>(late.client.size()));
    return true;
  });
}

/// One question per connection, which is what a truncated answer leads to.
void MockDns::serve_tcp() {
  const int fd = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  const timeval limit{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  for (;;) {
    std::array<unsigned char, 2> prefix{};
    if (::recv(fd, prefix.data(), prefix.size(), MSG_WAITALL) != 2) break;
    std::string question((prefix[0] << 8) | prefix[1], '\0');
    if (::recv(fd, question.data(), question.size(), MSG_WAITALL) != static_cast<ssize_t>(question.size())) break;
    DnsReply reply;
    const auto packet = answer(question, reply);
    if (packet.empty() || packet.size() > 0xffff) break;
    const auto framed = u16(packet.size()) + packet;
    ++answers_;
    if (::send(fd, framed.data(), framed.size(), MSG_NOSIGNAL) < 0) break;
  }
  ::close(fd);
}

}  // namespace shirgate::wire
