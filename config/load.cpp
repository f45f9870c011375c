#include "config/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "config/load_policy.hpp"
#include "config/load_settings.hpp"
#include "config/table_reader.hpp"
#include "config/unfit_for_toml.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_text_bytes = std::size_t{1} << 20;

bool is_wildcard(const Address& address) {
  return std::all_of(address.bytes.begin() + (address.is_v4 ? 12 : 0), address.bytes.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}

/// Can a client inside `range` open a connection to `listener` and arrive with an address of that range?
bool reaches(const AddressRange& range, const Address& listener) {
  if (range.first.is_v4 != listener.is_v4) return is_wildcard(listener) && !listener.is_v4;
  if (is_wildcard(listener)) return true;
  return is_loopback(range.first) == is_loopback(listener);
}

void check_that_clients_reach_a_listener(const Config& config, TableReader& file) {
  const auto& listeners = config.settings.listen;
  if (listeners.empty()) return;  // already a mistake
  for (const auto& runtime : config.policy->runtimes())
    for (const auto& range : runtime.clients)
      if (std::none_of(listeners.begin(), listeners.end(),
                       [&](const Endpoint& endpoint) { return reaches(range, endpoint.address); }))
        file.complain("gate", fmt::format("[gate] listen has no address that the clients {} of runtime '{}' can reach",
                                          to_string(range), runtime.name.text()));
}

void refuse_what_is_not_served_yet(TableReader& file) {
  if (file.node("forward") != nullptr)
    file.complain("forward",
                  "[[forward]] is not served yet; remove it, SQL servers are not reachable through this version");
}

}  // namespace

std::string to_string(const Mistake& mistake) {
  if (mistake.line == 0) return fmt::format("{}: {}", mistake.file, mistake.text);
  return fmt::format("{}:{}: {}", mistake.file, mistake.line, mistake.text);
}

boost::system::result<Config, Mistakes> load(std::string_view text, std::string_view file_name) {
  MistakeList mistakes(file_name);
  if (text.size() > max_text_bytes) {
    mistakes.add(0, "the file is larger than 1 MiB; that can't be a configuration");
    return mistakes.take();
  }
  if (const auto fault = unfit_for_toml(text)) {
    mistakes.add(fault->line, std::string(fault->text));
    return mistakes.take();
  }
  toml::table root;
  try {
    root = toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    mistakes.add(error.source().begin.line, fmt::format("not TOML: {}", error.description()));
    return mistakes.take();
  }
  TableReader file(root, "the file", mistakes);
  Config config{load_settings(file), load_policy(file)};
  refuse_what_is_not_served_yet(file);
  file.refuse_the_rest();
  check_that_clients_reach_a_listener(config, file);
  if (!mistakes.empty()) return mistakes.take();
  return config;
}

boost::system::result<Config, Mistakes> load_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  // An empty file sets failbit on <<, which is no reading error; a directory opens and can't be read.
  const bool is_empty = stream.peek() == std::ifstream::traits_type::eof() && !stream.bad();
  if (!stream.is_open() || !(is_empty || text << stream.rdbuf()))
    return Mistakes{{path, 0, "can't be read; check the path and who may read it"}};
  return load(text.str(), path);
}

}  // namespace shirgate
