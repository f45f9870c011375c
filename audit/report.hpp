// What the log says when it is summed up: per channel what left, and what was not let out.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace shirgate {

/// Tunnels to one host and port.
struct HostSummary {
  std::uint64_t tunnels = 0;
  std::uint64_t cut = 0;  ///< opened, but their first bytes were refused
  std::uint64_t bytes_from_client = 0;
  std::uint64_t bytes_from_upstream = 0;
  bool first_use = false;      ///< new under its wildcard in this time
  std::set<std::string> snis;  ///< up to Report::max_listed each
  std::set<std::string> addresses;
  std::string first_seen;  ///< RFC 3339, as in the log
  std::string last_seen;
};

/// Attempts that came to nothing, alike in who, where and why.
struct RefusedSummary {
  std::uint64_t count = 0;
  std::set<std::string> clients;
  std::string first_seen;
  std::string last_seen;
};

/// Sums up lines of one or many gates in any order. All text is as it stands in the log, so hostile: escape it on
/// output.
class Report {
 public:
  static constexpr std::size_t max_listed = 8;

  struct Channel {
    std::string runtime;
    std::string channel;
    friend auto operator<=>(const Channel&, const Channel&) = default;
  };
  struct Refused {
    std::string runtime;
    std::string target;  ///< "host:port", or what the client wrote
    std::string reason;
    friend auto operator<=>(const Refused&, const Refused&) = default;
  };

  /// Events before `since` (RFC 3339, or a prefix of it) are left out; empty takes all.
  explicit Report(std::string since = {}) : since_(std::move(since)) {}

  /// False when the line is not an event of the audit log; it is counted then and nothing else.
  bool add(std::string_view line);
  /// Every segment of the directory. False when there is none.
  bool add_directory(const std::string& directory);

  using Hosts = std::map<std::string, HostSummary>;
  [[nodiscard]] const std::map<Channel, Hosts>& channels() const { return channels_; }
  [[nodiscard]] const std::map<Refused, RefusedSummary>& refused() const { return refused_; }
  /// What report mode let out, by the reason it would have had.
  [[nodiscard]] const std::map<Refused, RefusedSummary>& reported() const { return reported_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// Where lines could not be read: "file:line".
  [[nodiscard]] const std::vector<std::string>& unreadable() const { return unreadable_; }
  [[nodiscard]] const std::string& first_seen() const { return first_seen_; }
  [[nodiscard]] const std::string& last_seen() const { return last_seen_; }

 private:
  struct Line;
  void add_to_channel(const Line& line);
  void add_refused(const Line& line);
  void add_reported(const Line& line);
  static void add_to(RefusedSummary& summary, const Line& line);

  std::string since_;
  std::map<Channel, Hosts> channels_;
  std::map<Refused, RefusedSummary> refused_;
  std::map<Refused, RefusedSummary> reported_;
  std::uint64_t lines_ = 0;
  std::vector<std::string> unreadable_;
  std::string first_seen_;
  std::string last_seen_;
};

}  // namespace shirgate
