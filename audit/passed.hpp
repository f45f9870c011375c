// What passed, exactly enough to write rules for it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "audit/log_line.hpp"

namespace shirgate {

/// Tunnels of one runtime to one host and port.
struct PassedHost {
  static constexpr std::size_t max_addresses = 64;
  static constexpr std::size_t max_channels = 16;
  std::uint64_t tunnels = 0;
  std::uint64_t bytes_from_client = 0;
  std::set<std::string> channels;   ///< of the rules that let it pass, up to max_channels; empty: only report mode did
  std::set<std::string> addresses;  ///< up to max_addresses
  bool more_addresses = false;
  std::string lifted;  ///< what report mode had to lift in its first flight; empty if nothing
  std::string first_seen;
  std::string last_seen;
};

/// Sums up what opened, by runtime and target. Memory is bounded: what finds no room is counted.
class Passed {
 public:
  static constexpr std::size_t max_hosts = 20'000;
  static constexpr std::size_t max_clients = 1024;

  struct Runtime {
    std::set<std::string> clients;
    bool more_clients = false;
    std::map<std::string, PassedHost> hosts;  ///< by "host:port"
  };

  void add(const LogLine& line);
  [[nodiscard]] const std::map<std::string, Runtime>& runtimes() const { return runtimes_; }
  [[nodiscard]] std::uint64_t tunnels() const { return tunnels_; }
  /// Tunnels to hosts that found no room.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  [[nodiscard]] const std::string& first_seen() const { return first_seen_; }
  [[nodiscard]] const std::string& last_seen() const { return last_seen_; }

 private:
  [[nodiscard]] PassedHost* host_of(const LogLine& line);
  void add_open(const LogLine& line);

  std::map<std::string, Runtime> runtimes_;
  std::size_t hosts_ = 0;
  std::uint64_t tunnels_ = 0;
  std::uint64_t left_out_ = 0;
  std::string first_seen_;
  std::string last_seen_;
};

}  // namespace shirgate
