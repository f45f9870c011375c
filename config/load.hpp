// The text of a configuration, read as a whole: settings and policy, or every mistake at once with its line and what to
// write instead. Nothing is guessed and no key is ignored: a silent key is a hole.
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "policy/adf/catalogue.hpp"
#include "policy/policy.hpp"

namespace shirgate {

struct Config {
  Settings settings;
  std::shared_ptr<const Policy> policy;
  std::shared_ptr<const adf::Catalogue> catalogue;  ///< what the policy was derived from
  std::vector<adf::Factory> factories;              ///< what each [[runtime]] said, in their order
};

struct Mistake {
  std::string file;
  std::uint32_t line = 0;  ///< 1-based; 0 where the whole file is meant
  std::string text;        ///< what is wrong and what to write instead
};
/// "shirgate.toml:12: ..." as compilers and editors understand it.
[[nodiscard]] std::string to_string(const Mistake& mistake);

using Mistakes = std::vector<Mistake>;

/// `file` names the text in mistakes and tells where a relative [catalogue] file is. Texts over 1 MiB are refused
/// unread. `now` bounds how long report mode may last.
[[nodiscard]] boost::system::result<Config, Mistakes> load(std::string_view text, std::string_view file, Time now);
/// The same at this moment.
[[nodiscard]] boost::system::result<Config, Mistakes> load(std::string_view text, std::string_view file);
/// Only a file that no stranger can have written is read; see read_file.hpp.
[[nodiscard]] boost::system::result<Config, Mistakes> load_file(const std::string& path);

}  // namespace shirgate
