#include "policy/resemblance.hpp"

#include <gtest/gtest.h>

#include "policy_of.hpp"

namespace shirgate::test {
namespace {

const std::vector listed{rule("prod", "erp", "erp.contoso.example"), rule("prod", "crm", "*.crm.contoso.example")};

TEST(Resemblance, RecognisesAnotherNameOfADocumentedChannel) {
  const auto phrase = resemblance(host("other.westeurope.datafactory.azure.net"), listed);
  EXPECT_TRUE(phrase.starts_with("channel 'control'")) << phrase;
  EXPECT_TRUE(resemblance(host("x.servicebus.windows.net"), {}).starts_with("channel 'relay'"));
  EXPECT_TRUE(resemblance(host("download.microsoft.com"), {}).starts_with("channel 'update'"));
}

TEST(Resemblance, CallsALookAlikeOne) {
  for (const auto* name : {"erp.contoso.example.evil.io", "xerp.contoso.example", "crm.contoso.example.evil.io"}) {
    const auto phrase = resemblance(host(name), listed);
    EXPECT_TRUE(phrase.starts_with("a look-alike of ")) << name << ": " << phrase;
  }
  const auto phrase = resemblance(host("datafactory.azure.net.evil.io"), {});
  EXPECT_TRUE(phrase.starts_with("a look-alike of datafactory.azure.net")) << phrase;
}

TEST(Resemblance, CallsNoSubdomainALookAlike) {
  EXPECT_EQ(resemblance(host("x.erp.contoso.example"), listed).find("look-alike"), std::string::npos)
      << resemblance(host("x.erp.contoso.example"), listed);
}

TEST(Resemblance, RecognisesASuffixThatAnybodyRentsNamesUnder) {
  const auto phrase = resemblance(host("x.azurewebsites.net"), listed);
  EXPECT_NE(phrase.find("anybody can rent a name in (azurewebsites.net)"), std::string::npos) << phrase;
}

TEST(Resemblance, SaysNothingAboutStrangers) {
  EXPECT_EQ(resemblance(host("www.unknown.example"), listed), "");
  EXPECT_EQ(resemblance(host("localhost"), {}), "");
}

}  // namespace
}  // namespace shirgate::test
