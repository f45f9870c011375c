// How the gate behaves, apart from who may reach what: one struct, one table. The loader, `serve`'s help,
// deploy/shirgate.toml and docs/configuration.md are all held against the table.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/endpoint.hpp"
#include "config/ingress.hpp"
#include "config/sink.hpp"

namespace shirgate {

/// How the bytes of open tunnels are moved.
enum class RelayMode : std::uint8_t {
  automatic,  ///< copied at first, spliced once there is much to move
  splice,     ///< spliced from the first byte
  copy,       ///< never spliced
};

/// When the log has accepted an event.
enum class Durability : std::uint8_t {
  group,  ///< once it is where the end of the process can't reach it; on disk a little later
  fsync,  ///< once it is on disk
};

struct Settings {
  // [gate]
  std::vector<Endpoint> listen;
  std::int64_t workers = 0;  ///< threads; 0: one per processor
  std::int64_t max_connections = 8000;
  std::int64_t max_connections_per_client = 4000;
  std::chrono::milliseconds request_timeout{10'000};
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds hello_timeout{5'000};
  std::chrono::milliseconds idle_timeout{3'600'000};  ///< relay and SQL channels are exempt
  std::chrono::milliseconds half_close_timeout{60'000};
  std::chrono::milliseconds drain_timeout{10'000};
  RelayMode relay = RelayMode::automatic;

  // [[forward]] and [[transparent]]
  std::vector<Ingress> ingresses;

  // [audit]
  std::string audit_directory;
  std::chrono::milliseconds group_ms{100};
  Durability durability = Durability::group;
  std::chrono::milliseconds progress_interval{300'000};
  std::chrono::milliseconds head_interval{60'000};
  std::int64_t segment_mib = 256;
  std::chrono::milliseconds segment_age{86'400'000};
  std::int64_t keep_days = 0;  ///< 0: for ever
  std::int64_t keep_mib = 0;   ///< 0: whatever it takes
  std::int64_t keep_at_least_days = 0;
  std::int64_t refusals_per_minute = 600;

  // [[sink]]
  std::vector<SinkSettings> sinks;

  // [metrics]
  std::string metrics_file;  ///< empty: none
  std::chrono::milliseconds metrics_interval{15'000};

  // [dns]
  std::vector<Endpoint> dns_servers;  ///< empty: the system's
  std::chrono::milliseconds dns_timeout{5'000};
  std::map<std::string, std::vector<Address>, std::less<>> dns_hosts;

  // [catalogue]
  std::string catalogue_file;  ///< empty: the compiled-in one
  std::string catalogue_sha256;

  // [lab]
  bool lab_enabled = false;
  std::map<std::string, Endpoint, std::less<>> lab_dial;  ///< "host:port" -> loopback endpoint
};

/// Where a setting lives and how it is written.
using SettingField = std::variant<RelayMode Settings::*, Durability Settings::*, std::int64_t Settings::*,
                                  std::chrono::milliseconds Settings::*, bool Settings::*, std::string Settings::*,
                                  std::vector<Endpoint> Settings::*,
                                  std::map<std::string, std::vector<Address>, std::less<>> Settings::*,
                                  std::map<std::string, Endpoint, std::less<>> Settings::*>;

enum class Reload : std::uint8_t { yes, no };

struct SettingRow {
  std::string_view section;
  std::string_view key;
  SettingField field;
  std::int64_t least;  ///< in the unit the key is written in; 0, 0: no bounds
  std::int64_t most;
  Reload reload;  ///< takes effect on SIGHUP
  std::string_view help;
};

/// Durations are written in seconds ("idle_timeout = 3600") unless the key ends in _ms.
[[nodiscard]] std::span<const SettingRow> settings_table();
[[nodiscard]] bool is_in_milliseconds(const SettingRow& row);
/// The default as it would be written in TOML.
[[nodiscard]] std::string default_text(const SettingRow& row);
/// What kind of value the key takes, in words.
[[nodiscard]] std::string_view type_text(const SettingRow& row);

}  // namespace shirgate
