#include "config/settings.hpp"

#include <fmt/format.h>

#include <array>

namespace shirgate {
namespace {

using S = Settings;
constexpr std::array table{
    SettingRow{"gate", "listen", &S::listen, 0, 0, Reload::no, "Addresses and ports the gate listens on."},
    SettingRow{"gate", "workers", &S::workers, 0, 256, Reload::no, "Threads; 0 is one per processor."},
    SettingRow{"gate", "max_connections", &S::max_connections, 1, 1'000'000, Reload::no,
               "Connections open at once; more are answered 503."},
    SettingRow{"gate", "max_connections_per_client", &S::max_connections_per_client, 1, 1'000'000, Reload::no,
               "Connections open at once from one address; more are answered 429."},
    SettingRow{"gate", "request_timeout", &S::request_timeout, 1, 300, Reload::yes,
               "Time for a whole request head to arrive."},
    SettingRow{"gate", "connect_timeout", &S::connect_timeout, 1, 300, Reload::yes,
               "Time for reaching the destination, over all its addresses."},
    SettingRow{"gate", "hello_timeout", &S::hello_timeout, 1, 60, Reload::yes,
               "Time for a whole TLS ClientHello to arrive after the 200."},
    SettingRow{"gate", "idle_timeout", &S::idle_timeout, 5, 604'800, Reload::yes,
               "A tunnel quiet for this long is closed; relay and SQL channels may be quiet for ever."},
    SettingRow{"gate", "half_close_timeout", &S::half_close_timeout, 1, 86'400, Reload::yes,
               "How long one side may stay quiet after the other has finished."},
    SettingRow{"gate", "drain_timeout", &S::drain_timeout, 0, 86'400, Reload::yes,
               "How long open tunnels may go on when the gate is told to stop."},
    SettingRow{"gate", "relay", &S::relay, 0, 0, Reload::no,
               "How bytes are moved: auto copies and splices what is much, splice and copy do only that."},
    SettingRow{"audit", "directory", &S::audit_directory, 0, 0, Reload::no,
               "Where the audit log is written; required."},
    SettingRow{"audit", "group_ms", &S::group_ms, 1, 10'000, Reload::no,
               "An accepted event is on disk within this many milliseconds."},
    SettingRow{"audit", "progress_interval", &S::progress_interval, 10, 86'400, Reload::yes,
               "A long tunnel reports its byte counts this often."},
    SettingRow{"audit", "durability", &S::durability, 0, 0, Reload::no,
               "When a tunnel may open: group is once its event outlives the process, fsync once it is on disk."},
    SettingRow{"audit", "head_interval", &S::head_interval, 1, 86'400, Reload::no,
               "The log is signed this often, where it has grown."},
    SettingRow{"audit", "segment_mib", &S::segment_mib, 1, 65'536, Reload::no,
               "A segment that is larger is complete, and compressed."},
    SettingRow{"audit", "segment_age", &S::segment_age, 60, 31'536'000, Reload::no,
               "A segment that is older is complete, and compressed."},
    SettingRow{"audit", "keep_days", &S::keep_days, 0, 36'500, Reload::no,
               "Complete segments that ended longer ago are deleted; 0 keeps them."},
    SettingRow{"audit", "keep_mib", &S::keep_mib, 0, 1'000'000'000, Reload::no,
               "The oldest complete segments are deleted until the log is no larger; 0 keeps them."},
    SettingRow{"audit", "keep_at_least_days", &S::keep_at_least_days, 0, 36'500, Reload::no,
               "What ended later stays, whatever keep_days and keep_mib say."},
    SettingRow{"audit", "refusals_per_minute", &S::refusals_per_minute, 1, 1'000'000, Reload::no,
               "So many refusals a minute stand alone in the log; the rest are counted, by reason."},
    SettingRow{"metrics", "file", &S::metrics_file, 0, 0, Reload::no,
               "Where metrics are written, for node_exporter's textfile collector; without it nowhere."},
    SettingRow{"metrics", "interval", &S::metrics_interval, 1, 3600, Reload::no, "So often."},
    SettingRow{"dns", "servers", &S::dns_servers, 0, 0, Reload::no, "Name servers to ask; empty is the system's."},
    SettingRow{"dns", "timeout", &S::dns_timeout, 1, 60, Reload::yes,
               "Time for one name to resolve, retries included."},
    SettingRow{"dns", "hosts", &S::dns_hosts, 0, 0, Reload::yes, "Fixed answers, judged like any other."},
    SettingRow{"catalogue", "file", &S::catalogue_file, 0, 0, Reload::yes,
               "A newer requirement catalogue than the compiled-in one; relative to this file."},
    SettingRow{"catalogue", "sha256", &S::catalogue_sha256, 0, 0, Reload::yes,
               "SHA-256 of that file, 64 hexadecimal digits; required with it."},
    SettingRow{"lab", "enabled", &S::lab_enabled, 0, 0, Reload::no, "Allows [lab] dial; needs `serve --lab` as well."},
    SettingRow{"lab", "dial", &S::lab_dial, 0, 0, Reload::no,
               "\"host:port\" = loopback address to dial instead; nothing else changes."},
};

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

std::span<const SettingRow> settings_table() { return table; }

bool is_in_milliseconds(const SettingRow& row) { return row.key.ends_with("_ms"); }

std::string default_text(const SettingRow& row) {
  const Settings defaults;
  const auto in_unit = [&](std::chrono::milliseconds time) {
    return is_in_milliseconds(row) ? time.count() : time.count() / 1000;
  };
  return std::visit(
      Overloaded{
          [](RelayMode Settings::*) { return std::string("\"auto\""); },
          [](Durability Settings::*) { return std::string("\"group\""); },
          [&](std::int64_t Settings::*field) { return std::to_string(defaults.*field); },
          [&](std::chrono::milliseconds Settings::*field) { return std::to_string(in_unit(defaults.*field)); },
          [&](bool Settings::*field) { return std::string(defaults.*field ? "true" : "false"); },
          [](std::string Settings::*) { return std::string("none"); },
          [](std::vector<Endpoint> Settings::*) { return std::string("[]"); },
          [](auto) { return std::string("{}"); },
      },
      row.field);
}

std::string_view type_text(const SettingRow& row) {
  return std::visit(Overloaded{
                        [](RelayMode Settings::*) { return std::string_view("auto, splice or copy"); },
                        [](Durability Settings::*) { return std::string_view("group or fsync"); },
                        [](std::int64_t Settings::*) { return std::string_view("number"); },
                        [&](std::chrono::milliseconds Settings::*) {
                          return std::string_view(is_in_milliseconds(row) ? "milliseconds" : "seconds");
                        },
                        [](bool Settings::*) { return std::string_view("true or false"); },
                        [](std::string Settings::*) { return std::string_view("text"); },
                        [](std::vector<Endpoint> Settings::*) { return std::string_view("list of \"address:port\""); },
                        [](std::map<std::string, std::vector<Address>, std::less<>> Settings::*) {
                          return std::string_view("table of host = [addresses]");
                        },
                        [](std::map<std::string, Endpoint, std::less<>> Settings::*) {
                          return std::string_view("table of \"host:port\" = \"address:port\"");
                        },
                    },
                    row.field);
}

}  // namespace shirgate
