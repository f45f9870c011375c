// A name server on loopback that answers what a test tells it to.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "config/settings.hpp"

namespace shirgate::test {

class PretendDns {
 public:
  struct Answer {
    std::vector<Address> addresses{};
    std::uint32_t ttl = 60;
    int code = 0;         ///< RFC 1035: 2 server failure, 3 no such name, 5 refused
    bool silent = false;  ///< takes the question and says nothing
  };

  PretendDns();
  ~PretendDns();
  PretendDns(const PretendDns&) = delete;
  PretendDns& operator=(const PretendDns&) = delete;

  [[nodiscard]] Endpoint endpoint() const { return endpoint_; }
  /// What it says from now on. Unknown names do not exist.
  void say(const std::string& name, Answer answer);
  /// Every name it was asked for, in order, one entry a packet.
  [[nodiscard]] std::vector<std::string> asked() const;
  /// Closes the port.
  void die();

 private:
  void serve();
  [[nodiscard]] std::string reply_to(const std::string& question);

  int fd_ = -1;
  Endpoint endpoint_;
  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<std::string> asked_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace shirgate::test
