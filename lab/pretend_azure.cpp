#include "lab/pretend_azure.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace shirgate::lab {
namespace {

struct Plot {
  std::string_view channel;
  std::string_view host;
  std::string_view address;
  Service (*service)();
};

constexpr std::array plots{
    Plot{"control", "contoso-prod.westeurope.datafactory.azure.net", "20.60.0.1", control_service},
    Plot{"relay", "contoso-prod-ir.servicebus.windows.net", "20.60.0.2", relay_service},
    Plot{"update", "download.microsoft.com", "20.60.0.3", update_service},
    Plot{"staged", "contosostage.blob.core.windows.net", "20.60.0.4", staging_service},
    Plot{"keyvault", "contoso-kv.vault.azure.net", "20.60.0.5", key_vault_service},
};

}  // namespace

PretendAzure::PretendAzure(const Instead& instead) : authority_(std::make_shared<LabAuthority>()) {
  for (const auto& plot : plots) {
    const auto replaced = instead.find(plot.channel);
    auto service = replaced == instead.end() ? plot.service() : replaced->second;
    const TlsServerContext context(authority_, plot.host);
    sites_.push_back({plot.channel, plot.host, plot.address, std::make_unique<PretendEndpoint>(context, service)});
  }
}

const Site& PretendAzure::site(std::string_view channel) const {
  const auto found =
      std::find_if(sites_.begin(), sites_.end(), [&](const Site& each) { return each.channel == channel; });
  if (found == sites_.end()) throw std::invalid_argument("the pretend Azure has no such channel");
  return *found;
}

}  // namespace shirgate::lab
