#include "lab/pretend_azure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace shirgate::lab {
namespace {

std::vector<Plot> demo_plots(const PretendAzure::Instead& instead) {
  std::vector<Plot> plots;
  const auto add = [&](std::string channel, std::string host, std::string address, Service service) {
    const auto replaced = instead.find(channel);
    if (replaced != instead.end()) service = replaced->second;
    plots.push_back({std::move(channel), std::move(host), std::move(address), http_talk(std::move(service))});
  };
  add("control", "contoso-prod.westeurope.datafactory.azure.net", "20.60.0.1", control_service());
  add("relay", "contoso-prod-ir.servicebus.windows.net", "20.60.0.2", relay_service());
  add("update", "download.microsoft.com", "20.60.0.3", update_service());
  add("staged", blob_host(staging_account), "20.60.0.4", staging_service());
  add("keyvault", "contoso-kv.vault.azure.net", "20.60.0.5", key_vault_service());
  return plots;
}

}  // namespace

std::string Site::target() const { return fmt::format("{}:{}", host, port); }

PretendAzure::PretendAzure(const Instead& instead) : PretendAzure(demo_plots(instead)) {}

PretendAzure::PretendAzure(const std::vector<Plot>& plots) : authority_(std::make_shared<LabAuthority>()) {
  const auto middlebox = std::make_shared<LabAuthority>("middlebox");
  for (const auto& plot : plots) {
    const auto& signs = plot.re_signed ? middlebox : authority_;
    const TlsServerContext context(signs, plot.host, plot.tls);
    std::optional<TlsServerContext> strict;
    if (plot.manner.wire == Wire::tds) strict.emplace(signs, plot.host, plot.strict);
    sites_.push_back({plot.channel, plot.host, plot.address, plot.port,
                      std::make_unique<PretendEndpoint>(context, plot.talk, plot.manner, std::move(strict))});
  }
}

const Site& PretendAzure::site(std::string_view channel) const {
  const auto found =
      std::find_if(sites_.begin(), sites_.end(), [&](const Site& each) { return each.channel == channel; });
  if (found == sites_.end()) throw std::invalid_argument("the pretend Azure has no such channel");
  return *found;
}

}  // namespace shirgate::lab
