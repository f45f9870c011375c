#include "proxy/dns/channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "proxy/loop/sockaddr_linux.hpp"

namespace shirgate {
namespace {

constexpr int try_timeout_ms = 2000;
constexpr int tries = 2;

Reason reason_of(int status) {
  switch (status) {
    case ARES_ENODATA:
    case ARES_ENOTFOUND: return Reason::dns_no_address;
    case ARES_ETIMEOUT: return Reason::dns_timeout;
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION: return Reason::gate_stopped;
    default: return Reason::dns_failed;
  }
}

Address address_of(const ares_addrinfo_node& node) {
  sockaddr_storage storage{};
  std::copy_n(reinterpret_cast<const char*>(node.ai_addr), std::min<std::size_t>(node.ai_addrlen, sizeof storage),
              reinterpret_cast<char*>(&storage));
  // Keeps ::ffff:10.0.0.5 in an AAAA record the IPv6 spelling it is, to be judged as an embedding.
  auto address = from_kernel(storage).address;
  address.is_v4 = storage.ss_family == AF_INET;
  return address;
}

DnsAnswer read_answer(int status, const ares_addrinfo* info) {
  DnsAnswer answer;
  answer.addresses = status == ARES_SUCCESS ? Reason::dns_no_address : reason_of(status);
  if (status != ARES_SUCCESS || info == nullptr) return answer;
  std::vector<Address> addresses;
  int ttl = 300;
  for (const auto* node = info->nodes; node != nullptr; node = node->ai_next) {
    ttl = std::min(ttl, node->ai_ttl);
    const auto address = address_of(*node);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(address);
  }
  // IPv4 first: most SHIR networks have no IPv6 route, and attempts go one after the other.
  std::stable_partition(addresses.begin(), addresses.end(), [](const Address& address) { return address.is_v4; });
  answer.ttl = std::chrono::seconds(std::max(ttl, 0));
  if (!addresses.empty()) answer.addresses = std::move(addresses);
  return answer;
}

std::string servers_csv(const std::vector<Endpoint>& servers) {
  std::string csv;
  for (const auto& server : servers) csv += (csv.empty() ? "" : ",") + to_string(server);
  return csv;
}

void start_library() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status != ARES_SUCCESS) throw std::runtime_error(fmt::format("c-ares: {}", ares_strerror(status)));
}

}  // namespace

Resolver::Channel::Channel(EventLoop& loop, const std::vector<Endpoint>& servers) : loop_(loop) {
  start_library();
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = try_timeout_ms;
  options.tries = tries;
  std::string dns_only = "b";
  options.lookups = dns_only.data();
  options.sock_state_cb = &Channel::on_socket_state;
  options.sock_state_cb_data = this;
  // No search list: ares_getaddrinfo looks at the domains whatever ARES_FLAG_NOSEARCH says.
  options.ndomains = 0;
  const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
                   ARES_OPT_DOMAINS;
  int status = ares_init_options(&ares_, &options, mask);
  if (status == ARES_SUCCESS && !servers.empty())
    status = ares_set_servers_ports_csv(ares_, servers_csv(servers).c_str());
  if (status != ARES_SUCCESS) throw std::runtime_error(fmt::format("c-ares: {}", ares_strerror(status)));
  loop_.on_tick([this] { on_tick(); });
}

Resolver::Channel::~Channel() {
  // Ends every question (ARES_EDESTRUCTION) and closes the sockets through on_socket_state.
  ares_destroy(ares_);
}

void Resolver::Channel::ask(const std::string& name, std::function<void(DnsAnswer)> done) {
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_flags = ARES_AI_NOSORT;
  ++open_questions_;
  auto counted = [this, call = std::move(done)](DnsAnswer answer) {
    --open_questions_;
    call(std::move(answer));
  };
  auto* const kept = new std::function<void(DnsAnswer)>(std::move(counted));
  const auto answered = [](void* context, int status, int, ares_addrinfo* info) {
    const std::unique_ptr<std::function<void(DnsAnswer)>> call(static_cast<std::function<void(DnsAnswer)>*>(context));
    auto answer = read_answer(status, info);
    if (info != nullptr) ares_freeaddrinfo(info);
    (*call)(std::move(answer));
  };
  // The final dot makes the name absolute: what is resolved is the name that was checked, and no other.
  ares_getaddrinfo(ares_, (name + '.').c_str(), nullptr, &hints, answered, kept);
}

void Resolver::Channel::on_socket_state(void* self, ares_socket_t fd, int want_read, int want_write) {
  auto& channel = *static_cast<Channel*>(self);
  auto known = channel.sockets_.find(fd);
  if (want_read == 0 && want_write == 0) {
    if (known == channel.sockets_.end()) return;
    channel.loop_.forget(known->second);
    channel.sockets_.erase(known);
    return;
  }
  if (known == channel.sockets_.end()) {
    auto* const descriptor = channel.loop_.add(fd, Trigger::level);
    if (descriptor == nullptr) return;  // the question times out then
    descriptor->listener = &channel;
    known = channel.sockets_.emplace(fd, descriptor).first;
  }
  channel.loop_.want(*known->second, want_read != 0, want_write != 0);
}

void Resolver::Channel::on_ready(Descriptor& descriptor) {
  const auto fd = descriptor.fd();
  const bool readable = std::exchange(descriptor.readable, false);
  const bool writable = std::exchange(descriptor.writable, false);
  ares_process_fd(ares_, readable ? fd : ARES_SOCKET_BAD, writable ? fd : ARES_SOCKET_BAD);
}

void Resolver::Channel::on_tick() {
  if (open_questions_ > 0) ares_process_fd(ares_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

}  // namespace shirgate
