// What a summed-up log comes to for the person who must act on it: the same findings for every format.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "audit/log_reader.hpp"
#include "audit/report.hpp"
#include "config/load.hpp"
#include "policy/policy.hpp"

namespace shirgate {

/// What to know about a target that no rule lists, and what to write or why not to. Texts are empty where there is
/// nothing to say.
struct Advice {
  std::string text{};        ///< one sentence
  std::string resembles{};   ///< empty for a stranger
  std::string documented{};  ///< where Microsoft documents it; empty where it does not
  std::string setting{};     ///< lines for the [[runtime]]
  std::string replaces{};    ///< what they would change in it
  std::string allow{};       ///< an [[allow]] to fill in
  std::string against{};     ///< why not to open it, or what to think of first
};

/// Attempts alike in who, where and why.
struct Attempt {
  const Report::Refused* key;
  const RefusedSummary* summary;
  Advice advice{};
};

/// A name of a channel that led where it must not.
struct WrongAnswer {
  const Report::Refused* key;
  const RefusedSummary* summary;
  std::vector<std::pair<std::string, std::string>> addresses{};  ///< and the class of each
};

/// A host that was new under a wildcard.
struct Stranger {
  const Report::Channel* channel;
  const std::string* target;
  const HostSummary* host;
};

/// The pointers are into the report and the configuration, which must outlive it. Text is as it stands in the log, so
/// hostile; names that no parser of ours would take are told as they are and advised on by no one.
struct Findings {
  const Report* report;
  const LogTroubles* troubles;
  std::vector<Attempt> unlisted{};  ///< refused because no rule lists it; the most frequent first
  std::vector<Attempt> reported{};  ///< what report mode let out, likewise
  std::vector<Attempt> refused{};   ///< refused otherwise, likewise
  /// Of `refused`: an answer was public where the configuration wants private ones; without one, all were public.
  std::vector<WrongAnswer> public_on_private{};
  std::vector<WrongAnswer> other_wrong_answers{};
  std::vector<Stranger> strangers{};  ///< the latest first
  bool has_rules = false;             ///< a configuration was given
  std::vector<const Rule*> unused{};  ///< its rules that let nothing pass
};

/// `config` null: the advice knows the catalogue that was built in and no rules.
[[nodiscard]] Findings find(const Report& report, const LogTroubles& troubles, const Config* config, Time now);

/// "public", "special" or "prohibited"; "unreadable" for what is no address.
[[nodiscard]] std::string class_of(const std::string& address);

}  // namespace shirgate
