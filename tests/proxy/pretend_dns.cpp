#include "pretend_dns.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "proxy/loop/sockaddr_linux.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate::test {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr int type_a = 1;
constexpr int type_aaaa = 28;

void append_number(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

/// The name at the start of the question section; `end` is set behind it.
std::string name_in(const std::string& packet, std::size_t& end) {
  std::string name;
  for (end = header_bytes; packet.at(end) != 0;) {
    const auto size = static_cast<unsigned char>(packet[end]);
    name += (name.empty() ? "" : ".") + packet.substr(end + 1, size);
    end += 1U + size;
  }
  ++end;
  return name;
}

void append_record(std::string& out, const Address& address, std::uint32_t ttl) {
  append_number(out, 0xc000 | header_bytes, 2);  // the name in the question
  append_number(out, address.is_v4 ? type_a : type_aaaa, 2);
  append_number(out, 1, 2);
  append_number(out, ttl, 4);
  const std::size_t size = address.is_v4 ? 4 : 16;
  append_number(out, static_cast<std::uint32_t>(size), 2);
  out.append(address.bytes.end() - static_cast<std::ptrdiff_t>(size), address.bytes.end());
}

}  // namespace

PretendDns::PretendDns() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  const auto place = to_kernel(*parse_endpoint("127.0.0.1:0"));
  if (::bind(fd_, place.get(), place.size) != 0) throw std::runtime_error("bind");
  endpoint_ = local_endpoint(fd_);
  thread_ = std::thread([this] { serve(); });
}

PretendDns::~PretendDns() { die(); }

void PretendDns::die() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void PretendDns::say(const std::string& name, Answer answer) {
  const std::scoped_lock lock(mutex_);
  answers_[name] = std::move(answer);
}

std::vector<std::string> PretendDns::asked() const {
  const std::scoped_lock lock(mutex_);
  return asked_;
}

void PretendDns::serve() {
  std::array<char, 2048> buffer{};
  while (!stop_) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 20) != 1) continue;
    KernelAddress from;
    from.size = sizeof from.storage;
    const auto n =
        ::recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from.storage), &from.size);
    if (n < static_cast<ssize_t>(header_bytes)) continue;
    const auto reply = reply_to({buffer.data(), static_cast<std::size_t>(n)});
    if (!reply.empty()) ::sendto(fd_, reply.data(), reply.size(), 0, from.get(), from.size);
  }
}

std::string PretendDns::reply_to(const std::string& question) {
  std::size_t end = 0;
  const auto name = name_in(question, end);
  const int type = static_cast<unsigned char>(question.at(end)) << 8 | static_cast<unsigned char>(question.at(end + 1));
  const std::scoped_lock lock(mutex_);
  asked_.push_back(name);
  const auto known = answers_.find(name);
  const auto answer = known == answers_.end() ? Answer{.code = 3} : known->second;
  if (answer.silent) return {};

  std::string records;
  std::uint32_t count = 0;
  for (const auto& address : answer.addresses) {
    if (address.is_v4 != (type == type_a) || answer.code != 0) continue;
    append_record(records, address, answer.ttl);
    ++count;
  }
  std::string reply = question.substr(0, 2);
  append_number(reply, 0x8180U | static_cast<unsigned>(answer.code), 2);
  append_number(reply, 1, 2);
  append_number(reply, count, 2);
  append_number(reply, 0, 4);
  return reply + question.substr(header_bytes, end + 4 - header_bytes) + records;
}

}  // namespace shirgate::test
