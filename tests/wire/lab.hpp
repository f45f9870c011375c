// A real gate inside the test: loaded from TOML text, listening on loopback, writing its audit log to a fresh
// directory, and told by [lab] dial where the allowed names lead.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "audit_trail.hpp"
#include "peer.hpp"
#include "proxy/gate/gate.hpp"

namespace shirgate::wire {

/// One exact host on 443 that the simple tests use.
inline constexpr std::string_view origin_host = "origin.lab.example";
inline constexpr std::string_view origin_target = "origin.lab.example:443";
inline constexpr std::string_view origin_rule =
    "[[allow]]\nruntime = \"contoso\"\nchannel = \"origin\"\nhosts = [\"origin.lab.example\"]\nports = [443]\n";
inline constexpr std::string_view origin_answer = "[dns.hosts]\n\"origin.lab.example\" = [\"20.60.0.10\"]\n";

struct LabSetup {
  std::string rules{origin_rule};                ///< [[allow]] tables
  std::string doors{};                           ///< [[forward]] and [[transparent]] tables
  std::string dns{origin_answer};                ///< what belongs below [dns]
  std::map<std::string, std::uint16_t> dials{};  ///< "host:port" -> loopback port
  std::string gate{"workers = 1\nmax_connections = 500\n"};
  std::string audit{};
  std::string runtime{"interactive_authoring = \"off\"\n"};  ///< more keys of the [[runtime]]
};

/// `[dns] servers` for a server on a loopback port.
[[nodiscard]] std::string asking(std::uint16_t dns_port);

class Lab {
 public:
  explicit Lab(LabSetup setup);
  /// The usual one: origin_target leads to this port.
  explicit Lab(std::uint16_t origin_port) : Lab(LabSetup{.dials = {{std::string(origin_target), origin_port}}}) {}
  ~Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;

  [[nodiscard]] Gate& gate() { return *gate_; }
  [[nodiscard]] const AuditTrail& audit() const { return trail_; }
  [[nodiscard]] std::uint16_t port() const { return gate_->listening().front().port; }
  /// Of the first [[forward]] or [[transparent]].
  [[nodiscard]] std::uint16_t door_port() const { return gate_->listening().at(1).port; }
  [[nodiscard]] Peer client(const char* from = "127.0.0.1") const { return Peer::connect_to(port(), from); }

  /// This lab's configuration with other rules, for a reload.
  [[nodiscard]] Config config_with_rules(const std::string& rules) const;
  [[nodiscard]] Config config() const { return config_with_rules(setup_.rules); }
  /// The same with other keys of the [[runtime]].
  [[nodiscard]] Config config_with_runtime(const std::string& keys) const;

  /// Waits until no connection is left, then ends the gate, so that the log is complete. False when some connection
  /// stayed. Of the lab only the log is left then.
  bool finish();

 private:
  [[nodiscard]] Config config_from(const LabSetup& setup) const;

  LabSetup setup_;
  std::filesystem::path directory_;
  AuditTrail trail_;
  std::unique_ptr<Gate> gate_;
};

}  // namespace shirgate::wire
