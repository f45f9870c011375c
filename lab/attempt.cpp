#include "lab/attempt.hpp"

#include <fmt/format.h>

namespace shirgate::lab {
namespace {

constexpr std::string_view vendor_host = "telemetry.vendor.example";
constexpr std::string_view look_alike_host = "contoso-prod.westeurope.datafactory.azure.net.evil.example";
constexpr std::string_view attackers_account = "attacker.blob.core.windows.net";

struct ChannelTalk {
  std::string_view channel;
  std::string_view nature;
  Conversation talk;
  std::size_t requests;
};

const std::vector<ChannelTalk>& talks() {
  static const std::vector<ChannelTalk> list{
      {"control", "register, heartbeat, jobs", talk_to_control, 3},
      {"relay", "WebSocket, ping and pong", talk_to_relay, 1},
      {"update", "8 MiB installer, SHA-256 compared", talk_to_update, 1},
      {"staged", "16 MiB up and down, SHA-256 compared", talk_to_staging, 2},
      {"keyvault", "a secret's attributes", talk_to_key_vault, 1},
  };
  return list;
}

Attempt unlisted(std::string title, std::string nature, std::string_view host, std::uint16_t port, Reason expected) {
  return {.title = std::move(title),
          .nature = std::move(nature),
          .approach = {.host = std::string(host), .port = port},
          .expected = expected};
}

/// Attempts that stop at the policy or at the address.
void add_refused(std::vector<Attempt>& attempts, const Site& control) {
  attempts.push_back(unlisted("an unlisted host", "nothing that is listed", vendor_host, 443, Reason::host_not_listed));
  attempts.push_back(
      unlisted("a look-alike suffix", "ends in another domain", look_alike_host, 443, Reason::host_not_listed));
  attempts.push_back(unlisted("an attacker's storage account", "an account that is not ours", attackers_account, 443,
                              Reason::host_not_listed));
  attempts.push_back(
      unlisted("a listed host on another port", "listed on 443 only", control.host, 8443, Reason::port_not_listed));
  attempts.push_back(unlisted("the instance metadata service", "Azure's metadata service (IMDS)", "169.254.169.254", 80,
                              Reason::ip_literal_not_listed));
  auto rebound = unlisted("a listed host that resolves to IMDS", "listed; resolves to IMDS", rebound_host, 443,
                          Reason::address_prohibited);
  auto inside = unlisted("a listed host that resolves inside", "listed; resolves to 10.0.0.5", inside_host, 443,
                         Reason::address_not_expected);
  rebound.channel = inside.channel = "partner";
  rebound.address = "169.254.169.254";
  inside.address = "10.0.0.5";
  attempts.push_back(std::move(rebound));
  attempts.push_back(std::move(inside));
}

/// Attempts that get a tunnel and are cut at its first bytes.
void add_cut(std::vector<Attempt>& attempts, const Site& control) {
  const auto add = [&](std::string title, std::string nature, FirstBytes first_bytes, Reason expected) {
    auto attempt = unlisted(std::move(title), std::move(nature), control.host, 443, expected);
    attempt.channel = control.channel;
    attempt.address = control.address;
    attempt.approach.first_bytes = first_bytes;
    attempt.approach.other_name = attackers_account;
    attempts.push_back(std::move(attempt));
  };
  add("a listed host, another SNI", "another name in the ClientHello", FirstBytes::hello_for_another,
      Reason::sni_mismatch);
  add("a listed host, no SNI", "no name in the ClientHello", FirstBytes::hello_without_name, Reason::sni_absent);
  add("a listed host, not TLS", "SSH in the tunnel", FirstBytes::not_tls, Reason::not_tls);
}

}  // namespace

std::string Attempt::target() const { return fmt::format("{}:{}", approach.host, approach.port); }

std::vector<Attempt> lockdown_attempts(const PretendAzure& azure) {
  std::vector<Attempt> attempts;
  for (const auto& talk : talks()) {
    const auto& site = azure.site(talk.channel);
    attempts.push_back({.title = std::string(talk.channel),
                        .nature = std::string(talk.nature),
                        .channel = std::string(talk.channel),
                        .address = std::string(site.address),
                        .approach = {.host = std::string(site.host), .talk = talk.talk},
                        .requests = talk.requests});
  }
  const auto& control = azure.site("control");
  add_refused(attempts, control);
  add_cut(attempts, control);
  return attempts;
}

}  // namespace shirgate::lab
