#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "config/settings.hpp"

namespace shirgate {
namespace {

// .NET Framework's <system.net> settings. No bypass list and no bypass for local names: what bypasses the gate is
// neither checked nor recorded, and the firewall stops it anyway.
constexpr std::string_view xml = R"(<system.net>
  <defaultProxy enabled="true">
    <proxy usesystemdefault="false" proxyaddress="{}" bypassonlocal="false" />
  </defaultProxy>
</system.net>
)";

constexpr std::string_view where = R"(
Put this into both files, inside <configuration>, in place of any <system.net> there:
  C:\Program Files\Microsoft Integration Runtime\5.0\Shared\diahost.exe.config
  C:\Program Files\Microsoft Integration Runtime\5.0\Shared\diawp.exe.config
then restart the service "Integration Runtime Service" (DIAHostService). An update of the integration runtime may
replace the files: check them after each. SQL on 1433 does not use this setting.
)";

/// "http://host:port", where the host is a name or an address; SHIR speaks plain HTTP to its proxy.
bool is_proxy_url(std::string_view url) {
  if (!url.starts_with("http://")) return false;
  url.remove_prefix(7);
  if (url.ends_with('/')) url.remove_suffix(1);
  return parse_endpoint(url).has_value() || parse_target(url).has_value();
}

int shir_config(const std::string& proxy, bool as_json) {
  if (!is_proxy_url(proxy)) {
    fmt::print(stderr, "'{}' is not the gate's URL; write it like http://10.20.0.10:3128\n", proxy);
    return exit_bad_input;
  }
  const auto filled_in = fmt::format(fmt::runtime(xml), proxy);
  if (as_json) {
    const boost::json::object answer{
        {"proxy", proxy}, {"xml", filled_in}, {"files", {"diahost.exe.config", "diawp.exe.config"}}};
    fmt::print("{}\n", boost::json::serialize(answer));
    return exit_yes;
  }
  fmt::print("{}", filled_in);
  fmt::print(stderr, "{}", where);
  return exit_yes;
}

}  // namespace

void add_shir_config(CLI::App& app, Chosen& chosen) {
  struct Options {
    std::string proxy;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("shir-config", "Prints the XML that points an integration runtime at the gate.");
  command
      ->add_option("--proxy", options->proxy,
                   "The gate as the integration runtime reaches it, like http://10.20.0.10:3128")
      ->required();
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return shir_config(options->proxy, options->json); }; });
}

}  // namespace shirgate
