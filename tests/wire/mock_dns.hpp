// A DNS server on a loopback port, UDP and TCP, that answers as a test's script says and counts what it was asked.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace shirgate::wire {

struct DnsReply {
  std::vector<std::string> addresses{};  ///< IPv4 ones answer A, IPv6 ones answer AAAA
  std::uint32_t ttl = 60;
  std::vector<std::string> by_way_of{};  ///< a chain of CNAMEs from the asked name to the owner of the addresses
  int rcode = 0;                         ///< 2: server failure, 3: no such name
  bool silent = false;                   ///< never answers
  std::chrono::milliseconds delay{0};
};
inline DnsReply no_such_name() { return {.rcode = 3}; }

class MockDns {
 public:
  /// Called on the server's thread for each question; the type is 1 for A and 28 for AAAA.
  using Script = std::function<DnsReply(const std::string& name, int type)>;

  explicit MockDns(Script script);
  ~MockDns();
  MockDns(const MockDns&) = delete;
  MockDns& operator=(const MockDns&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Questions so far: every datagram and every question over TCP.
  [[nodiscard]] std::size_t queries() const { return queries_; }
  [[nodiscard]] std::size_t queries_for(const std::string& name) const;
  [[nodiscard]] std::size_t answers() const { return answers_; }

 private:
  struct Late {
    std::chrono::steady_clock::time_point due;
    std::string client;  ///< its socket address
    std::string packet;
  };

  bool open_ports();
  void run();
  void serve_udp();
  void serve_tcp();
  void send_what_is_due();
  /// The answer to one question, or nothing.
  [[nodiscard]] std::string answer(const std::string& question, DnsReply& reply);

  Script script_;
  int udp_ = -1;
  int tcp_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::size_t> queries_{0};
  std::atomic<std::size_t> answers_{0};
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::map<std::string, std::size_t> by_name_;
  std::vector<Late> late_;
  std::thread thread_;
};

}  // namespace shirgate::wire
