// What the log says when it is summed up: per channel what left, and what was not let out.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/dial_times.hpp"
#include "audit/few_of.hpp"
#include "audit/log_filter.hpp"
#include "audit/log_line.hpp"

namespace shirgate {

/// Tunnels to one host and port, or to all of a channel's that are not listed on their own.
struct HostSummary {
  std::uint64_t tunnels = 0;
  std::uint64_t cut = 0;     ///< opened, but their first bytes were refused
  std::uint64_t failed = 0;  ///< not opened: DNS, network, the client going away
  std::uint64_t torn = 0;    ///< opened, and the log does not say how they ended: the gate crashed
  std::uint64_t open = 0;    ///< still open where the log ends, wherever they opened
  /// Of tunnels that ended, whole, wherever they began; of others as far as the log says.
  std::uint64_t bytes_from_client = 0;
  std::uint64_t bytes_from_upstream = 0;
  DialTimes dial_times;
  FewOf snis;
  FewOf addresses;
  std::string rule;        ///< that let the last one pass
  std::string first_use;   ///< when it was new under its wildcard; empty where it was not in this time
  std::string first_seen;  ///< RFC 3339, as in the log
  std::string last_seen;
};

/// Attempts that came to nothing, alike in who, where and why.
struct RefusedSummary {
  std::uint64_t count = 0;
  FewOf clients;
  FewOf addresses;  ///< what the name led to, where that was refused
  std::string channel;
  std::string first_seen;
  std::string last_seen;
};

/// Sums up events of one or many gates in the order of each. All text is as it stands in the log, so hostile: escape it
/// on output. Memory is bounded: of what exceeds the limits below only the number is kept.
class Report {
 public:
  static constexpr std::size_t max_hosts = 20'000;
  static constexpr std::size_t max_refused = 20'000;
  static constexpr std::size_t max_open_tunnels = 1'000'000;
  static constexpr std::size_t max_hours = 100'000;
  static constexpr std::size_t max_rules = 20'000;

  struct Channel {
    std::string runtime;
    std::string channel;
    friend auto operator<=>(const Channel&, const Channel&) = default;
  };
  struct Refused {
    std::string runtime;
    std::string target;  ///< "host:port", or what the client wrote
    std::string sni;     ///< of a listed host's tunnel that asked for another
    std::string reason;
    friend auto operator<=>(const Refused&, const Refused&) = default;
  };
  struct Hosts {
    std::map<std::string, HostSummary> listed;  ///< by "host:port"
    HostSummary rest;                           ///< of the hosts that found no room
    Distinct rest_hosts{max_hosts};
  };
  struct Attempts {
    std::map<Refused, RefusedSummary> listed;
    RefusedSummary rest;
    Distinct rest_targets{max_refused};
  };
  /// What happened in one hour.
  struct Hour {
    std::uint64_t tunnels = 0;
    std::uint64_t refused = 0;
  };

  explicit Report(LogFilter filter = {}) : filter_(std::move(filter)) {}

  void add(const LogLine& line);
  /// Call once, at the end: tells torn tunnels from open ones.
  void finish();

  [[nodiscard]] const std::map<Channel, Hosts>& channels() const { return channels_; }
  [[nodiscard]] const Attempts& refused() const { return refused_; }
  /// What report mode let out, by the reason it would have had.
  [[nodiscard]] const Attempts& reported() const { return reported_; }
  /// The hours in which something happened, by "2026-11-22T02".
  [[nodiscard]] const std::map<std::string, Hour>& hours() const { return hours_; }
  /// The rules that let something pass.
  [[nodiscard]] const std::set<std::string, std::less<>>& rules_used() const { return rules_used_; }
  /// Which lines it was about.
  [[nodiscard]] const LogFilter& filter() const { return filter_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// Torn tunnels whose opening is not in the log.
  [[nodiscard]] std::uint64_t torn_unknown() const { return torn_unknown_; }
  [[nodiscard]] const std::string& first_seen() const { return first_seen_; }
  [[nodiscard]] const std::string& last_seen() const { return last_seen_; }

 private:
  struct OpenTunnel {
    HostSummary* host;
    std::uint64_t seq;
    std::uint64_t bytes_from_client = 0;  ///< as its last progress said
    std::uint64_t bytes_from_upstream = 0;
  };
  struct TunnelKey {
    std::uint64_t id;
    std::uint32_t log;
    friend bool operator==(const TunnelKey&, const TunnelKey&) = default;
  };
  struct TunnelHash {
    using is_avalanching = void;
    [[nodiscard]] std::size_t operator()(const TunnelKey& key) const;
  };
  struct TextHash {
    using is_transparent = void;
    [[nodiscard]] std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  struct Life {
    std::uint64_t last_start = 0;
    bool stopped = false;
  };

  void note_life(const LogLine& line);
  void add_matching(const LogLine& line);
  void add_open(const LogLine& line);
  void add_checked(const LogLine& line);
  void add_progress(const LogLine& line);
  void add_close(const LogLine& line);
  void add_torn(const LogLine& line);
  void add_failed(const LogLine& line);
  void add_refused(const LogLine& line);
  void add_reported(const LogLine& line);
  void note_rule(const LogLine& line);
  static void add_bytes_so_far(const OpenTunnel& tunnel);
  void forget_tunnel(const LogLine& line);
  [[nodiscard]] HostSummary& host_of(const LogLine& line);
  [[nodiscard]] HostSummary& new_host(const LogLine& line);
  [[nodiscard]] RefusedSummary& summary_of(Attempts& attempts, const LogLine& line, std::string_view reason,
                                           bool with_sni);
  [[nodiscard]] Hour& hour_of(const LogLine& line);

  LogFilter filter_;
  std::map<Channel, Hosts> channels_;
  /// The hosts of all channels by what a line says of them.
  boost::unordered_flat_map<std::string, HostSummary*, TextHash, std::equal_to<>> hosts_;
  std::string key_;  ///< of the line at hand
  Attempts refused_;
  Attempts reported_;
  std::map<std::string, Hour> hours_;
  std::string hour_text_;
  Hour* hour_ = nullptr;  ///< of the last line
  std::set<std::string, std::less<>> rules_used_;
  boost::unordered_flat_map<TunnelKey, OpenTunnel, TunnelHash> open_;
  std::vector<Life> lives_;  ///< of each gate
  std::uint64_t lines_ = 0;
  std::uint64_t torn_unknown_ = 0;
  std::string first_seen_;
  std::string last_seen_;
};

/// Figures and times of all hosts of a channel; no lists.
[[nodiscard]] HostSummary total_of(const Report::Hosts& hosts);

/// "host:port", or what the client wrote where that was none.
[[nodiscard]] std::string target_of(const LogLine& line);

}  // namespace shirgate
