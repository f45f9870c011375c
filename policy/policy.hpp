// The rules of one configuration, frozen.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/address.hpp"
#include "policy/rule.hpp"
#include "policy/verdict.hpp"

namespace shirgate {

/// Never changes after it is built: a reload builds a new Policy and judges what is open again. An empty policy denies
/// everything. Safe to read from any number of threads; a decision neither locks nor allocates.
class Policy {
 public:
  Policy() = default;
  /// `runtimes` have disjoint clients, rules name runtimes that exist; config/ has checked both.
  Policy(std::vector<Runtime> runtimes, std::vector<Rule> rules);

  // Indexes point into the rules, so a Policy stays where it was built; share it by shared_ptr<const Policy>.
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  Policy(Policy&&) = delete;
  Policy& operator=(Policy&&) = delete;
  ~Policy() = default;

  /// Whose client is this? Empty when nobody's.
  [[nodiscard]] std::optional<Name> identify(const Address& client) const;

  /// May `runtime` reach what it asks for? Of several matching rules the most specific decides: an exact host before a
  /// wildcard, a longer suffix before a shorter one, then the name. The order of the rules never matters.
  /// Where the whole runtime only reports, an unlisted host or port on 443 is allowed with `would_deny` set.
  [[nodiscard]] Verdict decide(Name runtime, const Asked& asked, Time now) const;

  /// May the addresses that the name resolved to be dialled under the rule that allowed it? See judge() in address.hpp.
  /// What report mode let through must be public.
  [[nodiscard]] Reason judge_addresses(const Verdict& verdict, std::span<const Address> answers) const;

  /// Are refusals on this channel of the runtime only reported at that time? An empty channel asks for the whole
  /// runtime.
  [[nodiscard]] Mode mode_of(Name runtime, Name channel, Time now) const;

  /// The runtime of that name; null when there is none.
  [[nodiscard]] const Runtime* runtime(Name name) const;

  /// The rule of that name, which a verdict of this policy carries; null when there is none.
  [[nodiscard]] const Rule* rule(Name name) const;
  [[nodiscard]] std::span<const Rule> rules() const { return rules_; }
  [[nodiscard]] std::span<const Runtime> runtimes() const { return runtimes_; }

  /// Sixteen hexadecimal digits over everything that influences a decision: equal policies have equal fingerprints.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

 private:
  /// A name as a rule spells it, under the runtime that may use it. The hash runs backwards over the name, so that a
  /// look-up gets the hashes of all suffixes of a host in one pass.
  struct Key {
    std::string_view name;
    Name runtime;
    bool wildcard;
    std::size_t hash;
    [[nodiscard]] friend bool operator==(const Key& a, const Key& b) {
      return a.wildcard == b.wildcard && a.runtime == b.runtime && a.name == b.name;
    }
  };
  struct KeyHash {
    [[nodiscard]] std::size_t operator()(const Key& key) const { return key.hash; }
  };
  struct ClientRange {
    AddressRange range;
    Name runtime;
  };
  /// A runtime that pins relay hosts below `suffix`, and with them refuses the relay's gateways there.
  struct PinnedRelay {
    Name runtime;
    std::string suffix;
  };
  static constexpr std::uint32_t no_rule = ~std::uint32_t{0};

  void index_rules();
  void index_clients();
  void note_pinned_relay(const Rule& rule);
  [[nodiscard]] Reason consider(const Key& key, const Asked& asked, Time now, const Rule*& decided) const;
  [[nodiscard]] bool pins_relay(Name runtime, std::string_view suffix) const;
  [[nodiscard]] Verdict judge_unlisted(Verdict verdict, const Asked& asked, Time now) const;

  std::vector<Runtime> runtimes_;
  std::vector<Rule> rules_;
  std::vector<std::uint32_t> next_;  ///< the next rule with the same key, or no_rule
  boost::unordered_flat_map<Key, std::uint32_t, KeyHash> first_;
  boost::unordered_flat_map<Name, std::uint32_t> by_name_;
  std::vector<ClientRange> clients_;
  std::vector<PinnedRelay> pinned_relays_;
  std::vector<std::pair<Name, Reporting>> reporting_;
  std::string fingerprint_;
};

/// True on and after the day after `expires`, which is the last whole day (UTC) the rule is valid.
[[nodiscard]] bool has_expired(const Rule& rule, Time now);

/// Report mode must be chosen again this often.
inline constexpr std::chrono::days longest_reporting{30};

}  // namespace shirgate
