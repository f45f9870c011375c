// The services a self-hosted integration runtime needs, on loopback, with certificates of a throw-away authority.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "certs/lab_authority.hpp"
#include "lab/pretend_endpoint.hpp"

namespace shirgate::lab {

/// A service under its real name. `address` is what the lab's DNS answers: public, and never dialled, because the lab
/// dials the endpoint instead.
struct Site {
  std::string_view channel;
  std::string_view host;
  std::string_view address;
  std::unique_ptr<PretendEndpoint> endpoint;
};

class PretendAzure {
 public:
  /// By channel: what answers in place of the usual service.
  using Instead = std::map<std::string, Service, std::less<>>;

  explicit PretendAzure(const Instead& instead = {});

  [[nodiscard]] const std::vector<Site>& sites() const { return sites_; }
  [[nodiscard]] const Site& site(std::string_view channel) const;
  [[nodiscard]] const LabAuthority& authority() const { return *authority_; }

 private:
  std::shared_ptr<LabAuthority> authority_;
  std::vector<Site> sites_;
};

}  // namespace shirgate::lab
