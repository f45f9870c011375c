// What another policy would have done to what is in the log.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "audit/few_of.hpp"
#include "audit/log_line.hpp"
#include "policy/policy.hpp"

namespace shirgate {

/// Judges names, ports and clients as they were recorded, and addresses where they were whole; of first flights the
/// version, protocols, name and ECH of the ClientHello, or that it was no TLS. Not in the log, and so not judged:
/// whether a ClientHello came inside a TDS login. The world, the DNS among it, is taken as it was. Memory is bounded.
class Replay {
 public:
  static constexpr std::size_t max_listed = 20'000;

  struct Key {
    std::string runtime;  ///< as recorded; the new policy's where none was
    std::string target;   ///< "host:port"
    std::string reason;   ///< the new one of what passed, the old one of what was refused
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Summary {
    std::uint64_t count = 0;
    FewOf clients;
    std::string first_seen;
    std::string last_seen;
  };
  struct Changes {
    std::map<Key, Summary> listed;
    Summary rest;
    Distinct rest_targets{max_listed};
    [[nodiscard]] bool none() const { return listed.empty() && rest.count == 0; }
  };

  /// `policy` must outlive it; its rules expire, and its report mode ends, as of `now`.
  Replay(const Policy& policy, Time now) : policy_(policy), now_(now) {}

  void add(const LogLine& line);

  /// Tunnels that opened and now would not, or would be cut.
  [[nodiscard]] const Changes& would_refuse() const { return would_refuse_; }
  /// Refusals that now would be let through, as far as the policy decides.
  [[nodiscard]] const Changes& would_allow() const { return would_allow_; }
  /// Tunnels that opened, and refusals by the policy.
  [[nodiscard]] std::uint64_t tunnels() const { return tunnels_; }
  [[nodiscard]] std::uint64_t refusals() const { return refusals_; }
  /// Of the tunnels, those that only report mode of the new policy would let through.
  [[nodiscard]] std::uint64_t only_reported() const { return only_reported_; }

 private:
  /// What the policy says of the line's client and target, and of its addresses if there are any.
  [[nodiscard]] Verdict judge(const LogLine& line, std::string_view addresses) const;
  void add_open(const LogLine& line);
  void add_checked(const LogLine& line);
  void add_refusal(const LogLine& line);
  static void add_to(Changes& changes, const LogLine& line, Name runtime, std::string_view reason);

  const Policy& policy_;
  Time now_;
  Changes would_refuse_;
  Changes would_allow_;
  std::uint64_t tunnels_ = 0;
  std::uint64_t refusals_ = 0;
  std::uint64_t only_reported_ = 0;
};

}  // namespace shirgate
