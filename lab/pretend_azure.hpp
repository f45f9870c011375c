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

/// A service to be built. `address` is what the lab's DNS answers: never dialled, because the lab dials the endpoint
/// instead.
struct Plot {
  std::string channel;
  std::string host;
  std::string address;
  Talk talk;
  std::uint16_t port = 443;
  Manner manner{};
  TlsSettings tls{};
  TlsSettings strict{};    ///< with Wire::tds: for clients who begin with TLS
  bool re_signed = false;  ///< by a middlebox, with an authority that nobody trusts
};

/// A service under its real name.
struct Site {
  std::string channel;
  std::string host;
  std::string address;
  std::uint16_t port;
  std::unique_ptr<PretendEndpoint> endpoint;

  /// "host:port".
  [[nodiscard]] std::string target() const;
};

class PretendAzure {
 public:
  /// By channel: what answers in place of the usual service.
  using Instead = std::map<std::string, Service, std::less<>>;

  /// What the demo needs: a host each for five channels.
  explicit PretendAzure(const Instead& instead = {});
  explicit PretendAzure(const std::vector<Plot>& plots);

  [[nodiscard]] const std::vector<Site>& sites() const { return sites_; }
  /// The channel's first site. Throws std::invalid_argument where it has none.
  [[nodiscard]] const Site& site(std::string_view channel) const;
  [[nodiscard]] const LabAuthority& authority() const { return *authority_; }

 private:
  std::shared_ptr<LabAuthority> authority_;
  std::vector<Site> sites_;
};

}  // namespace shirgate::lab
