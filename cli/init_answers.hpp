// What `shirgate init` was told about one runtime, and by whom. An input has passed the check of its row in the input
// table before it is kept: nothing else can reach the text of the configuration.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy/adf/catalogue.hpp"
#include "policy/adf/factory.hpp"
#include "policy/adf/ir_key.hpp"

namespace shirgate {

/// Something the person must look at before the configuration is in use.
struct Unknown {
  std::string key;
  std::string what_to_do;
};

struct InitAnswers {
  struct Said {
    adf::Texts values;  ///< in the configuration's spelling; one, unless the row is a list
    std::string by;     ///< the source: "--region", "the IR key", "the status"
  };
  std::map<std::string, Said, std::less<>> inputs{};  ///< by key of [[runtime]]
  std::string name{};
  adf::Texts clients{};
  adf::Texts listen{};
  std::string audit_directory = "/var/lib/shirgate/audit";
  std::map<std::string, std::string, std::less<>> tickets{};  ///< multi_tenant_ack, by channel

  std::multimap<std::string, std::string, std::less<>> remarks{};  ///< comments for the file, by key
  adf::Texts notes{};                                              ///< for the person, not for the file
  adf::Texts complaints{};                                         ///< any of these, and nothing is written
  std::vector<Unknown> unknown{};
};

/// How much a source counts against one that spoke before it.
enum class Weight : std::uint8_t {
  binding,   ///< if they disagree somebody is wrong: a complaint
  yielding,  ///< the earlier source wins, with a note
};

/// Takes an input from a source, after the check of its row.
void say(InitAnswers& answers, std::string_view key, const adf::Texts& values, std::string_view source, Weight weight);

/// What the IR key says. Call it first: what the key says, a flag may repeat but not change.
void say_key(InitAnswers& answers, const adf::KeyFacts& facts);

/// The values said for a row, or its default as the configuration writes it: naming an account, a vault or a workspace
/// says that it is used.
[[nodiscard]] adf::Texts values_or_default(const InitAnswers& answers, const adf::InputRow& row);
/// The same by key, for inputs with one value.
[[nodiscard]] std::string value_or_default(const InitAnswers& answers, std::string_view key);

/// What the input means, for somebody who writes a configuration, with the words it may be.
[[nodiscard]] std::string meaning_of(const adf::InputRow& row);

/// "*.servicebus.windows.net" without its star; empty where the catalogue has no relay for the cloud.
[[nodiscard]] std::string relay_suffix(const adf::Catalogue& catalogue, std::string_view cloud);

/// Fills in what nobody said, with placeholders where a value must stand, and lists it as unknown. Call it last.
void complete(InitAnswers& answers, const adf::Catalogue& catalogue);

}  // namespace shirgate
