// Every configuration and wildcard of the corpus: does it load, is it refused for the right thing, what does it let
// out?
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "attack_case.hpp"
#include "derived.hpp"

namespace shirgate::test {
namespace {

/// What the corpus calls a fault, and words of ours that only that fault brings.
struct Fault {
  std::string_view reason;
  std::string_view words;
};

constexpr std::array faults{
    Fault{"missing_ports", "[[allow]] needs ports"},
    Fault{"unknown_key", "[[allow]] has no key 'host'; did you mean 'hosts'?"},
    Fault{"bad_proto", "[[allow]] has no key 'proto'"},
    Fault{"addr_floor", "reaches addresses that are never dialled"},
    Fault{"bad_cidr", "is not a range"},
    Fault{"toml_error", "not TOML: "},
    Fault{"bad_pattern", "[[allow]] hosts: "},
};

std::string_view words_for(const AttackCase& item) {
  // The Cyrillic letter is refused with everything else that is not ASCII, before anybody looks for patterns.
  if (item.id == "CONF-022") return "only ASCII is read outside comments";
  if (item.id == "CONF-007") return "[[allow]] hosts must be a list of texts";
  if (item.id == "CONF-008") return "[[allow]] ports: a port is a number from 1 to 65535";
  const auto* found =
      std::find_if(faults.begin(), faults.end(), [&](const Fault& fault) { return fault.reason == item.reason; });
  return found == faults.end() ? "this reason has no words" : found->words;
}

/// Rows that are no text to load, or that mean something else in our schema, and the tests that stand for them.
const std::set<std::string> tested_apart{
    "CONF-012",  // DuplicateNames
    "CONF-030",  // UnsafeFiles
    "CONF-032",  // OpenProxies
    "CONF-033",  // AdminInterfaces
    "CONF-034",  // CheckCommand
};

std::vector<AttackCase> texts() {
  std::vector<AttackCase> some;
  for (const auto& item : attack_cases())
    if (!tested_apart.contains(item.id)) some.push_back(item);
  return some;
}

std::string_view our_reason(std::string_view reason) {
  return reason == "host_not_allowed" ? "host_not_listed" : reason;
}

class CorpusPolicy : public testing::TestWithParam<AttackCase> {};

TEST_P(CorpusPolicy, EndsAsTheCorpusSays) {
  const auto& item = GetParam();
  const auto config = load(as_our_configuration(item.policy), "t.toml");
  ASSERT_EQ(config.has_error(), item.verdict == "reject_config") << (config.has_error() ? all_of(config.error()) : "");
  if (config.has_error()) {
    EXPECT_NE(all_of(config.error()).find(words_for(item)), std::string::npos) << all_of(config.error());
    for (const auto& mistake : config.error()) EXPECT_GT(mistake.line, 0U) << mistake.text;
    return;
  }
  if (item.then.empty()) {
    EXPECT_TRUE(item.verdict == "load" && item.component == "config") << "nothing was asked";
    return;
  }
  const auto target = item.then.substr(item.then.find(' ') + 1);
  EXPECT_EQ(reason_for(*config->policy, target, {}, test_day), our_reason(item.reason)) << item.then;
}

INSTANTIATE_TEST_SUITE_P(Rows, CorpusPolicy, testing::ValuesIn(texts()), [](const auto& one) {
  auto name = one.param.id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(CorpusPolicies, AreFortyThreeAndNoneIsLeftOut) {
  EXPECT_EQ(attack_cases().size(), 43U);
  EXPECT_EQ(texts().size() + tested_apart.size(), attack_cases().size());
  for (const auto& id : tested_apart) EXPECT_EQ(attack_case(id).id, id);
  for (const auto& item : texts()) EXPECT_FALSE(item.policy.empty()) << item.id;
}

TEST(CorpusPolicies, WithoutRulesDenyEverything) {
  const auto config = loaded(as_our_configuration(attack_case("CONF-002").policy));
  EXPECT_TRUE(config.policy->rules().empty());
  EXPECT_EQ(config.policy->identify(*parse_address("10.20.0.21")), std::nullopt);
  EXPECT_EQ(reason_for(*config.policy, "a.example.com:443", {}, test_day), "host_not_listed");
}

TEST(CorpusPolicies, TakeAPortInHexadecimalForTheNumberItIs) {
  const auto config = loaded(as_our_configuration(attack_case("CONF-009").policy));
  EXPECT_EQ(reason_for(*config.policy, "a.example.com:443", {}, test_day), "allowed");
}

TEST(CorpusPolicies, InReportModeSayWhatTheyWouldDeny) {
  const auto config = loaded(as_our_configuration(attack_case("CONF-013").policy));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  EXPECT_EQ(config.policy->mode_of(Name("prod"), Name(), now), Mode::report);
  const auto verdict = config.policy->decide(Name("prod"), {.target = *parse_target("stranger.example:443")}, now);
  EXPECT_TRUE(verdict.allowed());
  EXPECT_EQ(verdict.would_deny, Reason::host_not_listed);
  EXPECT_EQ(reason_for(*config.policy, "contosopriv.blob.core.windows.net:443", {"10.20.30.5"}, now), "allowed");
  EXPECT_EQ(reason_for(*config.policy, "contosopriv.blob.core.windows.net:443", {"20.50.1.1"}, now),
            "address_not_expected");
  EXPECT_EQ(reason_for(*config.policy, "contoso-sql.database.windows.net:1433", {}, now), "allowed");
}

/// A rule has no id of its own here: runtimes have names, and what a rule lists makes its name.
TEST(DuplicateNames, OfARuntimeAreRefused) {
  const auto text = as_our_configuration(attack_case("CONF-012").policy) +
                    "[[runtime]]\nname = \"prod\"\nclients = [\"10.20.0.22\"]\nfactory = \"other\"\n"
                    "region = \"westeurope\"\nauto_update = false\ninteractive_authoring = \"off\"\n";
  const auto found = all_of(mistakes_in(text));
  EXPECT_NE(found.find("[[runtime]] name = \"prod\" is used twice"), std::string::npos) << found;
}

TEST(DuplicateNames, OfARuleAreRefused) {
  auto policy = attack_case("CONF-012").policy;
  EXPECT_EQ(all_of(mistakes_in(as_our_configuration(policy))), "") << "one channel may have two hosts";
  const auto second = policy.find("b.example.com");
  ASSERT_NE(second, std::string::npos);
  policy[second] = 'a';
  const auto found = all_of(mistakes_in(as_our_configuration(policy)));
  EXPECT_NE(found.find("a.example.com port 443 is listed twice for channel 'x'"), std::string::npos) << found;
}

/// The whole world may reach the listener; then it must be known who may use it.
std::string on_any_address(std::string_view runtime) {
  return "[gate]\nlisten = [\"0.0.0.0:3128\"]\n[audit]\ndirectory = \"audit\"\n" + std::string(runtime);
}

constexpr std::string_view anybodys_runtime =
    "[[runtime]]\nname = \"prod\"\nfactory = \"contoso\"\nregion = \"westeurope\"\nauto_update = false\n"
    "interactive_authoring = \"off\"\n";

TEST(OpenProxies, AreRefused) {
  const auto without = all_of(mistakes_in(on_any_address(anybodys_runtime)));
  EXPECT_NE(without.find("[[runtime]] needs clients"), std::string::npos) << without;
  for (const auto* everybody : {"0.0.0.0/0", "::/0"}) {
    const auto text = on_any_address(std::string(anybodys_runtime) + "clients = [\"" + everybody + "\"]\n");
    EXPECT_NE(all_of(mistakes_in(text)).find("is everybody; name the hosts"), std::string::npos) << everybody;
  }
}

TEST(OpenProxies, AreNotMadeByLeavingTheRuntimesOut) {
  const auto config = loaded(on_any_address(""));
  for (const auto* client : {"10.20.0.21", "127.0.0.1", "203.0.113.7", "::1"})
    EXPECT_EQ(config.policy->identify(*parse_address(client)), std::nullopt) << client;
}

TEST(AdminInterfaces, AreNotThereToBeExposed) {
  const auto found = all_of(mistakes_in(Text{.rest = "[admin]\nlisten = \"0.0.0.0:9000\"\n"}.text()));
  EXPECT_NE(found.find("the file has no key 'admin'"), std::string::npos) << found;
}

}  // namespace
}  // namespace shirgate::test
