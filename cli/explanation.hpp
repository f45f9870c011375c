// Would it pass, by which rule, why not, and what to write: the answer of `explain` before it is printed.
#pragma once

#include <span>
#include <string>

#include "cli/remedy.hpp"
#include "config/load.hpp"
#include "policy/policy.hpp"

namespace shirgate {

/// What an unlisted target is, as far as the catalogue knows.
struct Likeness {
  std::string phrase{};      ///< what it looks like; empty for a stranger
  std::string documented{};  ///< whether Microsoft documents it, and where; empty for a stranger
  std::string drift{};       ///< the configuration says that nothing needs it
};

struct Explanation {
  Verdict verdict;
  Name runtime;
  const Rule* rule = nullptr;  ///< belongs to the configuration's policy
  std::string not_served{};    ///< why it can't travel through the gate, and what to do instead
  Likeness likeness{};
  Remedy remedy{};      ///< empty where nothing one could write would help
  std::string until{};  ///< last day of report mode, where only that lets it pass
};

/// What there is to say of a target that no rule lists: likeness, why it can't be served, remedy. Verdict and rule stay
/// as they are made. `factory` null: nobody says what the runtime is for. `rules` are those it may be a neighbour of.
[[nodiscard]] Explanation explain_unlisted(const adf::Catalogue& catalogue, const adf::Factory* factory,
                                           std::span<const Rule> rules, Name runtime, const Target& target);

/// `runtime` empty: a client that no runtime lists.
[[nodiscard]] Explanation explain_target(const Config& config, Name runtime, const Target& target, Time now);

}  // namespace shirgate
