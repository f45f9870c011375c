// The pretend Azure of a scenario: which hosts its node needs, and how they are.
#pragma once

#include <string>
#include <vector>

#include "config/scenario.hpp"
#include "lab/pretend_azure.hpp"

namespace shirgate::lab {

/// What the node knows its services by.
struct NodeHosts {
  std::string control;
  std::string relay;
  std::string rendezvous;
  std::string update = "download.microsoft.com";
  std::string setup = "go.microsoft.com";
  std::string staged = blob_host(staging_account);
  std::string identity = "login.microsoftonline.com";
  std::string key_vault = "contoso-kv.vault.azure.net";
  std::string sql = "contoso-sql.database.windows.net";
};
[[nodiscard]] NodeHosts hosts_of(const Scenario& scenario);

/// Whether its node stages anything.
[[nodiscard]] bool stages(const Scenario& scenario);

/// Every service, used or not, with what `storage` answers as the staging account; last the stranger, who answers
/// whoever gets to a host that is none of them.
[[nodiscard]] std::vector<Plot> plots_of(const Scenario& scenario, Service storage = staging_service());

/// The stranger's channel, which no scenario can name.
inline constexpr std::string_view stranger_channel = "(stranger)";

}  // namespace shirgate::lab
