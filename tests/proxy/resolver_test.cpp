#include "proxy/dns/resolver.hpp"

#include <algorithm>
#include <cstdlib>

#include "loop_fixture.hpp"
#include "pretend_dns.hpp"

namespace shirgate::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class ResolverTest : public LoopFixture {
 protected:
  using Found = Result<Resolver::Addresses>;

  ~ResolverTest() override {
    loop().cancel_all();
    turn_until([this] { return running() == 0; });
  }

  [[nodiscard]] static std::vector<Address> addresses(std::initializer_list<const char*> texts) {
    std::vector<Address> found;
    for (const auto* text : texts) found.push_back(*parse_address(text));
    return found;
  }
  Found resolve(std::string_view name, Stale stale = Stale::allowed) {
    return run(resolver_.resolve(*parse_host(name), fixed_, stale, later()));
  }
  /// Addresses or the reason there are none, in one line.
  std::string resolved(std::string_view name, Stale stale = Stale::allowed) { return text_of(resolve(name, stale)); }
  static std::string text_of(const Found& found) {
    if (found.has_error()) return std::string(to_string(found.error()));
    std::string text;
    for (const auto& address : *found) text += (text.empty() ? "" : " ") + to_string(address);
    return text;
  }
  void ask_without_waiting(const Host& name, SteadyTime deadline, std::optional<Found>& into) {
    start(keep(resolver_.resolve(name, fixed_, Stale::refused, deadline), into));
  }

  const Host slow_ = *parse_host("slow.example");
  std::optional<Found> left_over_;
  PretendDns dns_;
  Resolver resolver_{loop(), {dns_.endpoint()}};
  Resolver::FixedAnswers fixed_;
};

TEST_F(ResolverTest, FindsBothFamiliesAndPutsIpv4First) {
  dns_.say("a.example", {addresses({"2603:1020::1", "20.50.1.1", "20.50.1.2"})});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1 20.50.1.2 2603:1020::1");
}

/// The environment of a resolver library, put back at the end.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

TEST_F(ResolverTest, AsksForTheAbsoluteNameWhateverTheEnvironmentSays) {
  const Environment search("LOCALDOMAIN", "evil.example");
  const Environment options("RES_OPTIONS", "ndots:5");
  dns_.say("nowhere.evil.example", {addresses({"20.50.1.1"})});
  dns_.say("gone.example.evil.example", {addresses({"20.50.1.1"})});
  Resolver resolver{loop(), {dns_.endpoint()}};
  for (const auto* name : {"nowhere", "gone.example"})
    EXPECT_EQ(text_of(run(resolver.resolve(*parse_host(name), fixed_, Stale::allowed, later()))), "dns_no_address");
  for (const auto& name : dns_.asked()) EXPECT_TRUE(name == "nowhere" || name == "gone.example") << name;
  EXPECT_FALSE(dns_.asked().empty());
}

TEST_F(ResolverTest, ReadsNoHostsFile) { EXPECT_TRUE(resolve("localhost").has_error()); }

TEST_F(ResolverTest, AnswersFromTheCacheWhileTheAnswerIsFresh) {
  dns_.say("a.example", {.addresses = addresses({"20.50.1.1"}), .ttl = 60});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  dns_.say("a.example", {.addresses = addresses({"20.50.1.2"})});
  pass(seconds(55));
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  EXPECT_EQ(resolver_.queries(), 1U);
  pass(seconds(10));
  EXPECT_EQ(resolved("a.example"), "20.50.1.2");
  EXPECT_EQ(resolver_.queries(), 2U);
}

TEST_F(ResolverTest, KeepsAnAnswerForFiveSecondsAtLeast) {
  dns_.say("a.example", {.addresses = addresses({"20.50.1.1"}), .ttl = 0});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  pass(seconds(3));
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  EXPECT_EQ(resolver_.queries(), 1U);
  pass(seconds(3));
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  EXPECT_EQ(resolver_.queries(), 2U);
}

TEST_F(ResolverTest, KeepsAnAnswerForFiveMinutesAtMost) {
  dns_.say("a.example", {.addresses = addresses({"20.50.1.1"}), .ttl = 0x7fffffff});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  pass(seconds(290));
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  EXPECT_EQ(resolver_.queries(), 1U);
  pass(seconds(15));
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  EXPECT_EQ(resolver_.queries(), 2U);
}

TEST_F(ResolverTest, RemembersForFiveSecondsThatANameDoesNotExist) {
  EXPECT_EQ(resolved("gone.example"), "dns_no_address");
  EXPECT_EQ(resolved("gone.example"), "dns_no_address");
  EXPECT_EQ(resolver_.queries(), 1U);
  dns_.say("gone.example", {addresses({"20.50.1.1"})});
  pass(seconds(6));
  EXPECT_EQ(resolved("gone.example"), "20.50.1.1");
}

TEST_F(ResolverTest, TellsANameWithoutAddressesFromAServerThatFails) {
  dns_.say("empty.example", {});
  dns_.say("ill.example", {.code = 2});
  dns_.say("refused.example", {.code = 5});
  EXPECT_EQ(resolved("empty.example"), "dns_no_address");
  EXPECT_EQ(resolved("ill.example"), "dns_failed");
  EXPECT_EQ(resolved("refused.example"), "dns_failed");
}

TEST_F(ResolverTest, DoesNotRememberAFailure) {
  dns_.say("a.example", {.code = 2});
  EXPECT_EQ(resolved("a.example"), "dns_failed");
  dns_.say("a.example", {addresses({"20.50.1.1"})});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
}

TEST_F(ResolverTest, AsksOnceHoweverManyWait) {
  dns_.say("a.example", {addresses({"20.50.1.1"})});
  const auto name = *parse_host("a.example");
  std::vector<std::optional<Found>> found(50);
  for (auto& each : found) ask_without_waiting(name, later(), each);
  turn_until(
      [&] { return std::all_of(found.begin(), found.end(), [](const auto& each) { return each.has_value(); }); });
  for (const auto& each : found) EXPECT_EQ(text_of(*each), "20.50.1.1");
  EXPECT_EQ(resolver_.queries(), 1U);
  EXPECT_LE(dns_.asked().size(), 2U) << "one packet a family";
}

TEST_F(ResolverTest, UsesAStaleAnswerForAnHourWhereThatIsAllowed) {
  dns_.say("a.example", {addresses({"20.50.1.1"})});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  dns_.say("a.example", {.code = 2});
  pass(minutes(30));
  EXPECT_EQ(resolved("a.example", Stale::allowed), "20.50.1.1");
  EXPECT_EQ(resolved("a.example", Stale::refused), "dns_failed");
  pass(minutes(32));
  EXPECT_EQ(resolved("a.example", Stale::allowed), "dns_failed") << "an hour after it was fresh";
}

TEST_F(ResolverTest, UsesAStaleAnswerWhenTheServerIsGone) {
  dns_.say("a.example", {addresses({"20.50.1.1"})});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  dns_.die();
  pass(minutes(30));
  EXPECT_EQ(resolved("a.example", Stale::allowed), "20.50.1.1");
  EXPECT_EQ(resolved("a.example", Stale::refused), "dns_failed");
  EXPECT_EQ(resolved("b.example", Stale::allowed), "dns_failed") << "never known";
}

TEST_F(ResolverTest, BelievesTheServerThatANameIsGone) {
  dns_.say("a.example", {addresses({"20.50.1.1"})});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1");
  dns_.say("a.example", {.code = 3});
  pass(minutes(5));
  EXPECT_EQ(resolved("a.example", Stale::allowed), "dns_no_address");
}

TEST_F(ResolverTest, TakesEightAddressesAtMost) {
  std::vector<Address> many;
  for (std::uint32_t i = 1; i <= 20; ++i) many.push_back(v4_address(0x14320100 + i));
  dns_.say("a.example", {many});
  const auto found = resolve("a.example");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->size(), Resolver::max_addresses);
}

TEST_F(ResolverTest, NamesAnAddressOnce) {
  dns_.say("a.example", {addresses({"20.50.1.1", "20.50.1.1", "20.50.1.2", "20.50.1.1"})});
  EXPECT_EQ(resolved("a.example"), "20.50.1.1 20.50.1.2");
}

TEST_F(ResolverTest, KeepsAMappedAnswerTheIpv6SpellingThatItIs) {
  dns_.say("a.example", {addresses({"::ffff:10.0.0.5"})});
  const auto found = resolve("a.example");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, addresses({"::ffff:10.0.0.5"}));
}

TEST_F(ResolverTest, GivesUpAtTheDeadlineOfTheOneWhoAsks) {
  dns_.say("slow.example", {.silent = true});
  const auto name = *parse_host("slow.example");
  std::optional<Found> hasty;
  std::optional<Found> patient;
  ask_without_waiting(name, std::chrono::steady_clock::now() + seconds(10), hasty);
  ask_without_waiting(name, later(), patient);
  turn_until([this] { return !dns_.asked().empty(); });
  pass(seconds(11));
  turn_until([&] { return hasty.has_value(); });
  EXPECT_EQ(text_of(*hasty), "dns_timeout");
  EXPECT_FALSE(patient.has_value());
  EXPECT_EQ(resolver_.queries(), 1U);
  loop().cancel_all();
  turn_until([&] { return patient.has_value(); });
  EXPECT_EQ(text_of(*patient), "gate_stopped");
}

TEST_F(ResolverTest, AnswersFixedNamesWithoutAsking) {
  fixed_["a.example"] = addresses({"10.30.0.4"});
  EXPECT_EQ(resolved("A.example"), "10.30.0.4");
  EXPECT_EQ(resolver_.queries(), 0U);
  EXPECT_TRUE(dns_.asked().empty());
}

TEST_F(ResolverTest, KeepsABoundedNumberOfNames) {
  for (std::size_t i = 0; i < Resolver::max_names + 50; ++i)
    ASSERT_EQ(resolved("n" + std::to_string(i) + ".example"), "dns_no_address");
  // The newest are still known; that the oldest had to go can be asked.
  const auto before = resolver_.queries();
  EXPECT_EQ(resolved("n" + std::to_string(Resolver::max_names + 49) + ".example"), "dns_no_address");
  EXPECT_EQ(resolver_.queries(), before);
  EXPECT_EQ(resolved("n0.example"), "dns_no_address");
  EXPECT_EQ(resolver_.queries(), before + 1);
}

TEST_F(ResolverTest, SurvivesItsEndWhileAQuestionIsOpen) {
  dns_.say("slow.example", {.silent = true});
  ask_without_waiting(slow_, later(), left_over_);
  turn_until([this] { return !dns_.asked().empty(); });
}

}  // namespace
}  // namespace shirgate::test
