#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "lab/cable.hpp"

namespace shirgate::lab {
namespace {

/// virtio_net_hdr, which the kernel puts before each frame: checksums and segments that the device was to fill in. Its
/// header is not C++.
constexpr std::size_t prefix_bytes = 10;
constexpr std::size_t longest_frame_bytes = std::size_t{1} << 17;
constexpr int socket_buffer_bytes = 4 << 20;
constexpr int frames_a_turn = 64;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

int open_device(const std::string& name) {
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("a packet socket");
  const int on = 1;
  sockaddr_ll at{};
  at.sll_family = AF_PACKET;
  at.sll_protocol = htons(ETH_P_ALL);
  at.sll_ifindex = static_cast<int>(::if_nametoindex(name.c_str()));
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &socket_buffer_bytes, sizeof socket_buffer_bytes);
  if (::setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) == 0 &&
      ::setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) == 0 &&
      ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0)
    return fd;
  const int error = errno;
  ::close(fd);
  errno = error;
  fail("a packet socket");
}

int open_wake() {
  const int fd = ::eventfd(0, EFD_CLOEXEC);
  if (fd < 0) fail("an eventfd");
  return fd;
}

/// IPv4 with TCP in it, as the frame after the prefix.
bool is_tcp(std::string_view frame) {
  constexpr std::size_t protocol_at = sizeof(ether_header) + 9;
  constexpr std::string_view ipv4("\x08\x00", 2);
  return frame.size() > protocol_at && frame.substr(sizeof(ether_header) - ipv4.size(), ipv4.size()) == ipv4 &&
         frame[protocol_at] == IPPROTO_TCP;
}

void take_from(int fd, SlowLine& line, std::vector<char>& room) {
  for (int i = 0; i < frames_a_turn; ++i) {
    const auto got = ::recv(fd, room.data(), room.size(), MSG_DONTWAIT);
    if (got <= static_cast<ssize_t>(prefix_bytes)) return;
    const std::string_view packet(room.data(), static_cast<std::size_t>(got));
    const auto frame = packet.substr(prefix_bytes);
    line.take(std::string(packet), frame.size(), is_tcp(frame) ? Fate::open : Fate::safe, SlowLine::Time::clock::now());
  }
}

/// What a device does not take is lost, as on any line.
void give_to(int fd, SlowLine& line) {
  while (const auto packet = line.arrived(SlowLine::Time::clock::now()))
    static_cast<void>(::send(fd, packet->data(), packet->size(), MSG_DONTWAIT));
}

}  // namespace

Cable::Cable(const std::string& one, const std::string& other, const Line& line)
    : one_(open_device(one)),
      other_(open_device(other)),
      wake_(open_wake()),
      there_(line, 1),
      back_(line, 2),
      thread_([this] { carry(); }) {}

Cable::~Cable() {
  stopped_ = true;
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
}

void Cable::wait() const {
  std::array<pollfd, 3> entries{pollfd{one_.get(), POLLIN, 0}, pollfd{other_.get(), POLLIN, 0},
                                pollfd{wake_.get(), POLLIN, 0}};
  const auto there = there_.next();
  const auto back = back_.next();
  if (!there && !back) {
    ::poll(entries.data(), entries.size(), -1);
    return;
  }
  const auto next = std::min(there.value_or(SlowLine::Time::max()), back.value_or(SlowLine::Time::max()));
  const std::chrono::nanoseconds left = std::max(next - SlowLine::Time::clock::now(), std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec limit{seconds.count(), (left - seconds).count()};
  ::ppoll(entries.data(), entries.size(), &limit, nullptr);
}

void Cable::carry() {
  std::vector<char> room(longest_frame_bytes);
  while (!stopped_) {
    wait();
    take_from(one_.get(), there_, room);
    take_from(other_.get(), back_, room);
    give_to(other_.get(), there_);
    give_to(one_.get(), back_);
  }
}

}  // namespace shirgate::lab
