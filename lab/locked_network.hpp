// The locked-down network for real: three network namespaces in a row, and only the gate between inside and outside.
//
//   shir                  gate                      internet
//   198.51.100.21 ------- 198.51.100.1
//                         203.0.113.1 ------------- 203.0.113.2, and every other address there is
//
// The shir's default route leads to the gate's machine, which could forward and does not: what tries to get out past
// the gate is counted and refused there. Addresses for documents (RFC 5737), which no name of a scenario leads to.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "lab/cable.hpp"
#include "lab/firewall.hpp"
#include "lab/namespaces.hpp"
#include "lab/strays.hpp"

namespace shirgate::lab {

enum class Place : std::uint8_t { shir, gate, internet };

class LockedNetwork {
 public:
  /// Namespaces, cables, addresses and routes; `line` is the one between gate and internet. Nothing is led anywhere
  /// outside and nothing is locked yet. The complaint is that of the system.
  [[nodiscard]] static Checked<std::unique_ptr<LockedNetwork>> make(const NamespacePermit& permit,
                                                                    const Line& line = {});

  [[nodiscard]] const Namespace& at(Place place) const;

  /// Outside: see internet_leads(). Who listens there must be in Place::internet.
  [[nodiscard]] Checked<bool> lead(std::span<const Lead> servers, const Endpoint& stranger, const Lead& name_server);
  /// From here on the shir reaches these ports of the gate's machine and nothing else.
  [[nodiscard]] Checked<bool> lock(std::span<const std::uint16_t> ports);

  /// What tried to get out past the gate, since it was locked.
  [[nodiscard]] Checked<Strays> strays() const;

  /// What to write before a command that is to run there, in a shell of the user who runs the lab.
  [[nodiscard]] std::string way_to(Place place) const;

  [[nodiscard]] static Address shir_address();
  [[nodiscard]] static Address gate_address();
  [[nodiscard]] static Endpoint name_server();

 private:
  explicit LockedNetwork(const NamespacePermit& permit);
  [[nodiscard]] Checked<bool> wire(const Line& line);
  /// The cable between gate and internet: one, or two with the line between them.
  [[nodiscard]] Checked<bool> lay_line(const Line& line);
  [[nodiscard]] Checked<std::string> run_in(Place place, std::vector<std::string> command,
                                            std::string_view input = {}) const;
  [[nodiscard]] Checked<bool> set_in(Place place, const std::string& setting) const;

  NamespacePermit permit_;
  Namespace shir_;
  Namespace gate_;
  Namespace internet_;
  std::unique_ptr<Cable> cable_{};
};

}  // namespace shirgate::lab
