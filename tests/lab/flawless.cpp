#include "tests/lab/flawless.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace shirgate::lab {
namespace {

Observation flawless_listed() {
  Observation seen;
  seen.attempt = {.channel = "staged",
                  .address = "20.60.0.4",
                  .approach = {.host = "contosostage.blob.core.windows.net"},
                  .requests = 2};
  seen.visit = {.local_port = 4711, .status = 200, .sent = 1000, .received = 2000};
  constexpr std::string_view target =
      R"("destination.domain":"contosostage.blob.core.windows.net","destination.port":443)";
  seen.trail = {
      line(fmt::format(R"({{"event.action":"open","shirgate.channel":"staged","destination.ip":"20.60.0.4",{}}})",
                       target)),
      line(fmt::format(
          R"({{"event.action":"checked","tls.client.server_name":"contosostage.blob.core.windows.net",{}}})", target)),
      line(fmt::format(R"({{"event.action":"close","source.bytes":1000,"destination.bytes":2000,{}}})", target))};
  seen.arrived = {{"contosostage.blob.core.windows.net", {"PUT /staging", "GET /staging"}, 1000, 2000}};
  return seen;
}

Observation flawless_unlisted() {
  Observation seen;
  seen.attempt = {.approach = {.host = "telemetry.vendor.example"}, .expected = Reason::host_not_listed};
  seen.visit = {.status = 403, .said = "shirgate: host_not_listed for telemetry.vendor.example:443."};
  seen.trail = {line(R"({"event.action":"denied","shirgate.reason":"host_not_listed","shirgate.stage":"policy",)"
                     R"("destination.domain":"telemetry.vendor.example","destination.port":443})")};
  return seen;
}

Observation flawless_imds() {
  Observation seen;
  seen.attempt = {.approach = {.host = "169.254.169.254", .port = 80}, .expected = Reason::ip_literal_not_listed};
  seen.visit = {.status = 403, .said = "shirgate: ip_literal_not_listed."};
  seen.trail = {line(R"({"event.action":"denied","shirgate.reason":"ip_literal_not_listed","shirgate.stage":"policy",)"
                     R"("shirgate.asked":"169.254.169.254:80"})")};
  return seen;
}

Observation flawless_cut() {
  Observation seen;
  seen.attempt = {.channel = "control",
                  .approach = {.host = "contoso-prod.example",
                               .first_bytes = FirstBytes::hello_for_another,
                               .other_name = "attacker.example"},
                  .expected = Reason::sni_mismatch};
  seen.visit = {.status = 200, .alert = 112, .trouble = "the peer sent alert 112", .sent = 517, .received = 7};
  constexpr std::string_view target = R"("destination.domain":"contoso-prod.example","destination.port":443)";
  seen.trail = {line(fmt::format(R"({{"event.action":"open",{}}})", target)),
                line(fmt::format(R"({{"event.action":"close","shirgate.reason":"sni_mismatch",)"
                                 R"("shirgate.channel":"control","tls.client.server_name":"attacker.example",)"
                                 R"("source.bytes":0,"destination.bytes":0,{}}})",
                                 target))};
  seen.arrived = {{}};
  return seen;
}

}  // namespace

AuditLine line(std::string_view text) {
  auto parsed = AuditLine::parse(text);
  if (!parsed) throw std::invalid_argument(fmt::format("not a JSON object: {}", text));
  return *std::move(parsed);
}

Observation flawless(std::string_view name) {
  if (name == listed) return flawless_listed();
  if (name == unlisted) return flawless_unlisted();
  if (name == imds) return flawless_imds();
  if (name == cut) return flawless_cut();
  throw std::invalid_argument(std::string(name));
}

AuditLog flawless_log() {
  return {.lines = {
              line(R"({"shirgate.seq":1,"event.action":"start","shirgate.lab":true})"),
              line(R"({"shirgate.seq":2,"event.action":"open","shirgate.tunnel":"a","shirgate.lab":true})"),
              line(R"({"shirgate.seq":3,"event.action":"checked","shirgate.tunnel":"a","shirgate.lab":true})"),
              line(R"({"shirgate.seq":4,"event.action":"close","shirgate.tunnel":"a","shirgate.lab":true})"),
          }};
}

std::string broken_lines(const std::vector<Expectation>& expectations) {
  std::string lines;
  for (const auto& each : expectations)
    if (!each.held) lines += fmt::format("{}: {}; found: {}\n", each.about, each.claim, each.found);
  return lines;
}

}  // namespace shirgate::lab
