// A resolver over HTTPS in a list of allowed hosts is a way past everything else, so somebody has to answer for it.
#include "config/doh_resolvers.hpp"

#include <gtest/gtest.h>

#include "config_text.hpp"

namespace shirgate::test {
namespace {

std::string allowing_host(std::string_view host, bool with_ticket) {
  auto allow = good_allow;
  for (auto& [key, value] : allow)
    if (key == "hosts") value = "[\"" + std::string(host) + "\"] #!";
  if (with_ticket) allow.emplace_back("ticket", "\"CHG-1\"");
  return Text{.rest = written("[[allow]]", allow)}.text();
}

class DohResolver : public testing::TestWithParam<std::string_view> {};

// ECH-006
TEST_P(DohResolver, LoadsOnlyWithATicket) {
  const auto refused = load(allowing_host(GetParam(), false), "t.toml");
  ASSERT_TRUE(refused.has_error());
  ASSERT_EQ(refused.error().size(), 1U) << all_of(refused.error());
  EXPECT_NE(refused.error().front().text.find("resolves names over HTTPS"), std::string::npos)
      << all_of(refused.error());
  EXPECT_GT(refused.error().front().line, 0U);
  const auto accepted = load(allowing_host(GetParam(), true), "t.toml");
  EXPECT_TRUE(accepted.has_value()) << all_of(accepted.error());
}

INSTANTIATE_TEST_SUITE_P(Hosts, DohResolver,
                         testing::Values("cloudflare-dns.com", "mozilla.cloudflare-dns.com", "*.cloudflare-dns.com",
                                         "dns.google", "Dns.Quad9.Net", "*.quad9.net", "one.one.one.one"),
                         [](const auto& one) {
                           std::string name(one.param);
                           for (auto& letter : name)
                             if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
                           return name;
                         });

TEST(DohResolvers, AreNotFoundInOtherNames) {
  for (const auto* name : {"login.microsoftonline.com", "notcloudflare-dns.com", "dns.google.contoso.example",
                           "*.blob.core.windows.net", "quad9.net", "google.com", "*.one.example"})
    EXPECT_FALSE(opens_doh_resolver(*parse_pattern(name))) << name;
}

}  // namespace
}  // namespace shirgate::test
