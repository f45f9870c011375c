#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "lab/decoy.hpp"
#include "proxy/loop/sockaddr_linux.hpp"

namespace shirgate::lab {
namespace {

constexpr std::chrono::seconds settle_limit{5};
constexpr std::size_t max_message_bytes = 1500;
constexpr std::size_t max_names = 1024;
constexpr std::size_t header_bytes = 12;
constexpr std::string_view own_question = "lab";

int open_datagram_socket() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto anywhere = to_kernel({v4_address(INADDR_LOOPBACK), 0});
  if (fd >= 0 && ::bind(fd, anywhere.get(), anywhere.size) == 0) return fd;
  if (fd >= 0) ::close(fd);
  throw std::runtime_error("the lab can't open a datagram socket on 127.0.0.1");
}

Endpoint bound_to(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  return from_kernel(storage);
}

/// The name at the start of the question, and where it ends; 0 when it is none.
std::size_t read_name(std::string_view query, std::string& name) {
  std::size_t at = header_bytes;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<unsigned char>(query[at]);
    if (length > 63 || at + 1 + length >= query.size()) return 0;
    if (!name.empty()) name += '.';
    name += query.substr(at + 1, length);
    at += 1U + length;
  }
  return at + 1 + 4 <= query.size() ? at + 1 : 0;
}

}  // namespace

std::uint64_t Decoy::strangers() {
  if (!listener_.settle(settle_limit)) throw std::runtime_error("the lab's decoy does not answer");
  return strangers_;
}

namespace {

/// Name and end of the one question; 0 when it is no plain query.
std::size_t read_question(std::string_view query, std::string& name) {
  const auto end = query.size() < header_bytes ? 0 : read_name(query, name) + 4;
  return end <= 4 ? 0 : end;
}

/// Same id; a response, recursion available, with this code; one question, so many answers, nothing else.
std::string reply_header(std::string_view query, std::size_t question_end, char code, std::size_t answers) {
  auto message = std::string(query.substr(0, 2));
  message += std::string{'\x81', static_cast<char>('\x80' | code), 0, 1, 0, static_cast<char>(answers), 0, 0, 0, 0};
  return message += query.substr(header_bytes, question_end - header_bytes);
}

}  // namespace

DnsReply answer_dns(std::string_view query, std::span<const Address> addresses) {
  DnsReply reply;
  const auto question_end = read_question(query, reply.name);
  if (question_end == 0) return {};
  const bool asks_for_a = query[question_end - 4] == 0 && query[question_end - 3] == 1;
  if (!asks_for_a) addresses = {};
  reply.message = reply_header(query, question_end, 0, addresses.size());
  for (const auto& address : addresses) {
    reply.message += std::string{'\xc0', header_bytes, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
    for (std::size_t i = 12; i < 16; ++i) reply.message += static_cast<char>(address.bytes[i]);
  }
  return reply;
}

DnsReply fail_dns(std::string_view query) {
  constexpr char server_failure = 2;
  DnsReply reply;
  const auto question_end = read_question(query, reply.name);
  if (question_end != 0) reply.message = reply_header(query, question_end, server_failure, 0);
  return reply;
}

DecoyDns::DecoyDns(DnsPlan plan)
    : plan_(std::move(plan)), fd_(open_datagram_socket()), at_(bound_to(fd_)), thread_([this] { serve(); }) {}

DecoyDns::~DecoyDns() {
  stopped_ = true;
  // An empty datagram to itself ends the waiting.
  const auto self = to_kernel(at_);
  ::sendto(fd_, "", 0, 0, self.get(), self.size);
  thread_.join();
  ::close(fd_);
}

std::vector<Address> DecoyDns::addresses_of(const std::string& name) const {
  const auto found = plan_.answers.find(name);
  return found == plan_.answers.end() ? std::vector{*parse_address(answer)} : found->second;
}

void DecoyDns::serve() {
  std::array<char, max_message_bytes> bytes{};
  while (!stopped_) {
    pollfd entry{fd_, POLLIN, 0};
    ::poll(&entry, 1, -1);
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const auto got = ::recvfrom(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) continue;
    const std::string_view query(bytes.data(), static_cast<std::size_t>(got));
    auto reply = fail_dns(query);
    if (reply.message.empty()) continue;
    const bool ours = reply.name == own_question;
    if (ours || plan_.state == DnsState::answers) reply = answer_dns(query, addresses_of(reply.name));
    {
      const std::scoped_lock lock(mutex_);
      if (asked_.size() < max_names) asked_.push_back(reply.name);
    }
    if (plan_.state == DnsState::silent && !ours) continue;
    ::sendto(fd_, reply.message.data(), reply.message.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
  }
}

std::vector<std::string> DecoyDns::asked() {
  // Datagrams are taken in the order they came, so once this question is answered, all earlier ones have been seen.
  constexpr std::string_view question("\0\0\1\0\0\1\0\0\0\0\0\0\3lab\0\0\1\0\1", 21);
  const int fd = open_datagram_socket();
  const auto to = to_kernel(at_);
  ::sendto(fd, question.data(), question.size(), 0, to.get(), to.size);
  pollfd entry{fd, POLLIN, 0};
  const int ready = ::poll(&entry, 1, std::chrono::milliseconds(settle_limit).count());
  ::close(fd);
  if (ready <= 0) throw std::runtime_error("the lab's name server does not answer");
  const std::scoped_lock lock(mutex_);
  std::erase(asked_, own_question);
  return asked_;
}

}  // namespace shirgate::lab
