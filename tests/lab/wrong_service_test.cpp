// A pretend Azure that answers wrongly: the gate is right and the channel does not work all the same.
#include <gtest/gtest.h>

#include "lab/lockdown.hpp"

namespace shirgate::lab {
namespace {

struct Wrong {
  std::string_view name;
  std::string_view channel;
  Service service;
  std::string_view trouble;
};

HttpMessage flip_a_bit(HttpMessage message) {
  if (!message.body.empty()) message.body[message.body.size() / 2] ^= 1;
  return message;
}

Service bent(const Service& service) {
  return [service](const HttpMessage& request) { return flip_a_bit(service(request)); };
}

HttpMessage short_installer(const HttpMessage&) { return {"HTTP/1.1 200 OK", {}, "MZ"}; }
HttpMessage nowhere(const HttpMessage&) { return {"HTTP/1.1 404 Not Found"}; }
HttpMessage no_websocket(const HttpMessage&) { return {"HTTP/1.1 101 Switching", {{"upgrade", "websocket"}}}; }
HttpMessage empty_answer(const HttpMessage&) { return {"HTTP/1.1 200 OK"}; }
HttpMessage forgetful_account(const HttpMessage&) { return {"HTTP/1.1 201 Created"}; }

class WrongService : public testing::TestWithParam<Wrong> {};

TEST_P(WrongService, IsSeenByTheClient) {
  const auto& wrong = GetParam();
  auto lockdown = Lockdown::start({.services = {{std::string(wrong.channel), wrong.service}}});
  ASSERT_TRUE(lockdown.has_value()) << lockdown.error().text();
  const auto report = (*lockdown)->run();
  for (const auto& seen : report.observations) {
    const bool is_the_one = seen.attempt.title == wrong.channel;
    if (is_the_one) {
      EXPECT_NE(seen.visit.trouble.find(wrong.trouble), std::string::npos) << seen.visit.trouble;
    } else if (seen.attempt.is_listed()) {
      EXPECT_TRUE(seen.visit.works()) << seen.visit.trouble;
    }
  }
  EXPECT_GE(report.broken(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongService,
    testing::Values(
        Wrong{"ControlThatIsNotThere", "control", nowhere, "POST /register HTTP/1.1 was answered 404"},
        Wrong{"ControlWithoutJobs", "control", empty_answer, "the list of jobs is none"},
        Wrong{"RelayThatDoesNotUpgrade", "relay", empty_answer, "was answered 200"},
        Wrong{"RelayForAnotherKey", "relay", no_websocket, "Sec-WebSocket-Accept is not for our key"},
        Wrong{"ShortInstaller", "update", short_installer, "the installer has 2 bytes"},
        Wrong{"BentInstaller", "update", bent(update_service()), "SHA-256 is not the one stated"},
        Wrong{"BlockThatIsNotStored", "staged", forgetful_account, "the stored block's SHA-256 is not ours"},
        Wrong{"BlockThatComesBackBent", "staged", bent(staging_service()), "came back with another SHA-256"},
        Wrong{"VaultWithoutTheSecret", "keyvault", empty_answer, "the vault does not know the secret"}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace shirgate::lab
