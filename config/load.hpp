// The text of a configuration, read as a whole: settings and policy, or every mistake at once with its line and what to
// write instead. Nothing is guessed and no key is ignored: a silent key is a hole.
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "policy/policy.hpp"

namespace shirgate {

struct Config {
  Settings settings;
  std::shared_ptr<const Policy> policy;
};

struct Mistake {
  std::string file;
  std::uint32_t line = 0;  ///< 1-based; 0 where the whole file is meant
  std::string text;        ///< what is wrong and what to write instead
};
/// "shirgate.toml:12: ..." as compilers and editors understand it.
[[nodiscard]] std::string to_string(const Mistake& mistake);

using Mistakes = std::vector<Mistake>;

/// `file` only names the text in mistakes. Texts over 1 MiB are refused unread.
[[nodiscard]] boost::system::result<Config, Mistakes> load(std::string_view text, std::string_view file);
[[nodiscard]] boost::system::result<Config, Mistakes> load_file(const std::string& path);

}  // namespace shirgate
