// The keys that stand in the lines of tunnels, and what readers of the log ask of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "audit/fields.hpp"
#include "audit/log_line.hpp"

namespace shirgate {

/// Where in a LogLine a value goes; std::monostate: nowhere.
using LogLineMember = std::variant<std::monostate, std::string_view LogLine::*, std::uint64_t LogLine::*,
                                   std::optional<std::uint64_t> LogLine::*, bool LogLine::*, Action LogLine::*>;

struct LogLineKey {
  std::string_view key{};
  LogLineMember member{};
};

/// The keys by a cheap hash, for the one look-up each key of each line costs.
class LogLineKeys {
 public:
  /// Places for keys; those that hold none have an empty key.
  static constexpr std::size_t size = 128;

  constexpr LogLineKeys() {
    for (const auto& row : rows) {
      auto slot = hash(row.key);
      while (!slots_[slot].key.empty()) slot = next(slot);
      slots_[slot] = row;
    }
  }
  /// The key's place, or an empty one.
  [[nodiscard]] constexpr std::size_t find(std::string_view key) const {
    auto slot = key.size() < 4 ? empty_slot() : hash(key);
    while (!slots_[slot].key.empty() && slots_[slot].key != key) slot = next(slot);
    return slot;
  }
  [[nodiscard]] constexpr const LogLineKey& operator[](std::size_t slot) const { return slots_[slot]; }

 private:
  static constexpr std::array rows{
      LogLineKey{field::seq, &LogLine::seq},
      LogLineKey{field::prev},
      LogLineKey{field::gate, &LogLine::gate},
      LogLineKey{field::timestamp, &LogLine::time},
      LogLineKey{field::action, &LogLine::action},
      LogLineKey{field::tunnel, &LogLine::tunnel},
      LogLineKey{field::runtime, &LogLine::runtime},
      LogLineKey{field::channel, &LogLine::channel},
      LogLineKey{field::rule, &LogLine::rule},
      LogLineKey{field::reason, &LogLine::reason},
      LogLineKey{field::stage, &LogLine::stage},
      LogLineKey{field::mode},
      LogLineKey{field::would_deny, &LogLine::would_deny},
      LogLineKey{field::client_ip, &LogLine::client},
      LogLineKey{field::client_port},
      LogLineKey{field::host, &LogLine::host},
      LogLineKey{field::port, &LogLine::port},
      LogLineKey{field::upstream_ip, &LogLine::upstream},
      LogLineKey{field::address_class},
      LogLineKey{field::resolved, &LogLine::resolved},
      LogLineKey{field::asked, &LogLine::asked},
      LogLineKey{field::sni, &LogLine::sni},
      LogLineKey{field::alpn, &LogLine::alpn},
      LogLineKey{field::tls_version, &LogLine::tls_version},
      LogLineKey{field::ja4},
      LogLineKey{field::server_version},
      LogLineKey{field::ech, &LogLine::ech},
      LogLineKey{field::resembles, &LogLine::resembles},
      LogLineKey{field::ended_by, &LogLine::ended_by},
      LogLineKey{field::first_at, &LogLine::first_at},
      LogLineKey{field::first_use, &LogLine::first_use},
      LogLineKey{field::bytes_from_client, &LogLine::bytes_from_client},
      LogLineKey{field::bytes_from_upstream, &LogLine::bytes_from_upstream},
      LogLineKey{field::duration, &LogLine::duration},
      LogLineKey{field::dns_time},
      LogLineKey{field::dial_time, &LogLine::dial_time},
      LogLineKey{field::first_flight_time},
      LogLineKey{field::first_byte_time},
      LogLineKey{field::relay},
      LogLineKey{field::count, &LogLine::count},
      LogLineKey{field::policy},
  };

  [[nodiscard]] constexpr std::size_t empty_slot() const {
    std::size_t slot = 0;
    while (!slots_[slot].key.empty()) ++slot;
    return slot;
  }
  static constexpr std::size_t next(std::size_t slot) { return (slot + 1) % size; }
  static constexpr std::size_t hash(std::string_view key) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(key[i])); };
    return (key.size() * 7 + at(key.size() - 1) * 3 + at(key.size() - 3) * 31 + at(0)) % size;
  }
  std::array<LogLineKey, size> slots_{};
};

inline constexpr LogLineKeys log_line_keys;

}  // namespace shirgate
