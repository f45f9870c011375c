// A catalogue is taken as a whole or not at all, and one sentence says why not.
#include <vector>

#include "catalogue_text.hpp"
#include "derived.hpp"
#include "policy/adf/self_check.hpp"

namespace shirgate::test {
namespace {

struct CatalogueMistake {
  const char* name;
  std::string text;
  const char* says;
  std::size_t mistakes = 1;  ///< where one fault shows itself twice
};

void PrintTo(const CatalogueMistake& item, std::ostream* out) { *out << item.name; }

std::string builtin_and(std::string_view more) {
  return std::string(adf::builtin_catalogue_text()) + std::string(more);
}

class MistakenCatalogue : public testing::TestWithParam<CatalogueMistake> {};

TEST_P(MistakenCatalogue, IsRefusedWithOneClearSentence) {
  const auto parsed = parse_catalogue(GetParam().text, "new.toml");
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(parsed.error().size(), GetParam().mistakes) << all_of(parsed.error());
  EXPECT_NE(all_of(parsed.error()).find(GetParam().says), std::string::npos) << all_of(parsed.error());
  EXPECT_EQ(parsed.error()[0].file, "new.toml");
}

std::string name_of(const testing::TestParamInfo<CatalogueMistake>& one) { return one.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Whole, MistakenCatalogue,
    testing::Values(
        CatalogueMistake{"NewerSchema", catalogue_with("schema = 1", "schema = 2"),
                         "schema must be 1: this version reads no other"},
        CatalogueMistake{"NoSchema", catalogue_with("schema = 1\n", "\n"), "schema must be 1"},
        CatalogueMistake{"NoVersion", catalogue_with("version = \"2026-11-21\"", "#"), "the catalogue needs version",
                         2},
        CatalogueMistake{"VersionThatIsNoDay", catalogue_of_version("next week"), "version must be a day"},
        CatalogueMistake{"SuffixInUpperCase",
                         catalogue_with("\"servicebus.windows.net\"", "\"ServiceBus.windows.net\""),
                         "shared_tenant_suffixes: 'ServiceBus.windows.net' is not a name in lower case"},
        CatalogueMistake{"NoToml", builtin_and("\n= 1\n"), "not TOML: "},
        CatalogueMistake{"NotAscii", builtin_and("\n[[source]]\nid = \"\xc3\xa4\"\n"), "only ASCII is read"},
        CatalogueMistake{"UnknownTable", builtin_and("\n[[rows]]\nid = \"x\"\n"), "did you mean 'row'?"},
        CatalogueMistake{"UnknownCloud", catalogue_with("usgov = [\"usgovvirginia\"", "moon = [\"usgovvirginia\""),
                         "[regions] has no key 'moon'", 2}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Rows, MistakenCatalogue,
    testing::Values(
        CatalogueMistake{"UnknownFact", builtin_and(row_text({{"needs", "[\"mars_mission\"]"}})),
                         "[[row]] needs: 'mars_mission' is no fact this version knows"},
        CatalogueMistake{"NoFacts", builtin_and(row_text({{"needs", ""}})), "the facts it depends on are missing"},
        CatalogueMistake{"UnknownKey", builtin_and(row_text({{"colour", "\"red\""}})), "[[row]] has no key 'colour'"},
        CatalogueMistake{"DuplicateId", builtin_and(row_text({{"id", "\"upd-download\""}})),
                         "[[row]] id 'upd-download' is used twice"},
        CatalogueMistake{"UnknownSource", builtin_and(row_text({{"sources", "[\"S99 Section\"]"}})),
                         "[[row]] 'new-row': there is no source 'S99 Section'"},
        CatalogueMistake{"UnknownChannel", builtin_and(row_text({{"channel", "\"telepathy\""}})),
                         "[[row]] 'new-row': there is no channel 'telepathy'"},
        CatalogueMistake{"UnknownTransport", builtin_and(row_text({{"transport", "\"udp\""}})),
                         "no transport this version knows"},
        CatalogueMistake{"UnknownRequirement", builtin_and(row_text({{"requirement", "\"maybe\""}})),
                         "requirement = \"maybe\" is not known"},
        CatalogueMistake{"NoPurpose", builtin_and(row_text({{"purpose", ""}})), "[[row]] needs purpose"},
        CatalogueMistake{"NoPorts", builtin_and(row_text({{"ports", "[]"}})), "[[row]] ports: one port, or the first"},
        CatalogueMistake{"TurnedPorts", builtin_and(row_text({{"ports", "[11999, 11000]"}})), "[[row]] ports:"},
        CatalogueMistake{"ThreePorts", builtin_and(row_text({{"ports", "[1, 2, 3]"}})), "[[row]] ports:"},
        CatalogueMistake{"PortTooHigh", builtin_and(row_text({{"ports", "[65536]"}})), "[[row]] ports:"},
        CatalogueMistake{"TlsOnARange", builtin_and(row_text({{"ports", "[443, 444]"}})),
                         "TLS through the gate has one port"},
        CatalogueMistake{"IdWithASpace", builtin_and(row_text({{"id", "\"a row\""}})), "[[row]] id: use letters"},
        CatalogueMistake{"PurposeThatClearsTheScreen", builtin_and(row_text({{"purpose", "\"\\u001b[2J\""}})),
                         "[[row]] purpose: only printable ASCII"},
        CatalogueMistake{"PortAsText", builtin_and(row_text({{"ports", "[\"443\"]"}})), "[[row]] ports:"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Patterns, MistakenCatalogue,
    testing::Values(
        CatalogueMistake{"BareStar", builtin_and(row_text({{"pattern", "\"*\""}})), "would allow every host"},
        CatalogueMistake{"WholeRegistry", builtin_and(row_text({{"pattern", "\"*.com\""}})),
                         "everything anybody registers there"},
        CatalogueMistake{"WholePlatform", builtin_and(row_text({{"pattern", "\"*.windows.net\""}})),
                         "'*.windows.net' opens all of windows.net, which many services share"},
        CatalogueMistake{"NameThatTheInputsMakeUp", builtin_and(row_text({{"pattern", "\"{factory}.com\""}})),
                         "'{factory}.com' must end in a suffix of its own"},
        CatalogueMistake{"TwoLists", builtin_and(row_text({{"pin", "\"{vault}.{sql_server}.contoso.example\""}})),
                         "at most one input may have several values"},
        CatalogueMistake{"FlagForAName", builtin_and(row_text({{"pattern", "\"{setup}.contoso.example\""}})),
                         "'{setup}' is no input"},
        CatalogueMistake{"UnknownPlaceholder", builtin_and(row_text({{"pattern", "\"{planet}.contoso.example\""}})),
                         "'{planet}' is no input"},
        CatalogueMistake{"NestedPlaceholder", builtin_and(row_text({{"pattern", "\"{a{b}.contoso.example\""}})),
                         "is no input", 2},
        CatalogueMistake{"OpenPlaceholder", builtin_and(row_text({{"pattern", "\"{factory.contoso.example\""}})),
                         "is not a host name", 2},
        CatalogueMistake{"PlaceholderThatOutgrowsItsLabel",
                         builtin_and(row_text({{"pattern", "\"adf-{factory}.contoso.example\""}})),
                         "is not a host name"},
        CatalogueMistake{"UnknownPlaceholderInAPin", builtin_and(row_text({{"pin", "\"{planet}.contoso.example\""}})),
                         "[[row]] pin: '{planet}' is no input"},
        CatalogueMistake{"RelayHostWithMoreAroundIt", builtin_and(row_text({{"pin", "\"x.{relay_fqdn}\""}})),
                         "is not a host name", 2},
        CatalogueMistake{"WordsThatAreNoName", builtin_and(row_text({{"pattern", "\"<some nodes>\""}})),
                         "what travels through the gate needs a name"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Examples, MistakenCatalogue,
    testing::Values(
        CatalogueMistake{"ThatDerivesLess",
                         catalogue_with("\"update download.microsoft.com:443 tls-connect\"",
                                        "\"update elsewhere.microsoft.com:443 tls-connect\",\n"
                                        "\"update download.microsoft.com:443 tls-connect\""),
                         "does not derive 'update elsewhere.microsoft.com:443 tls-connect'"},
        CatalogueMistake{"ThatDerivesMore",
                         catalogue_with("  \"update download.microsoft.com:443 tls-connect\",\n]", "]"),
                         "derives 'update download.microsoft.com:443 tls-connect', which it does not expect"},
        CatalogueMistake{"WithAContradiction",
                         catalogue_with("inputs = { factory = \"contoso-adf\", region = \"eastus\" }",
                                        "inputs = { factory = \"contoso-adf\" }"),
                         "[[example]] inputs region is needed"},
        CatalogueMistake{
            "WithAnUnknownInput",
            catalogue_with("inputs = { factory = \"contoso-adf\", region = \"eastus\" }",
                           "inputs = { factory = \"contoso-adf\", region = \"eastus\", planet = \"mars\" }"),
            "[[example]] inputs has no key 'planet'"},
        CatalogueMistake{"OfARefusalWithoutAReason",
                         catalogue_with("reason = \"host_not_listed\"\nwhy", "reason = \"bad_weather\"\nwhy"),
                         "[[negative]] reason: no reason of that name"},
        CatalogueMistake{"OfARefusalThatIsLetOut",
                         catalogue_with("attempt = \"contoso-adf.westus.datafactory.azure.net:443\"",
                                        "attempt = \"contoso-adf.eastus.datafactory.azure.net:443\""),
                         "contoso-adf.eastus.datafactory.azure.net:443 is allowed, not host_not_listed"},
        CatalogueMistake{"OfAnErrorWithAnUnknownReason",
                         catalogue_with("reason = \"address_not_expected\"", "reason = \"bad_weather\""),
                         "[[error]] reason: 'bad_weather' is no reason"}),
    name_of);

TEST(EmptyCatalogue, ThatProvesNothingIsRefused) {
  const auto parsed = parse_catalogue("schema = 1\nversion = \"2027-01-01\"\n", "new.toml");
  ASSERT_TRUE(parsed.has_error());
  const auto found = all_of(parsed.error());
  for (const auto* words : {"a catalogue proves itself", "shared_tenant_suffixes: the list is missing",
                            "platform_suffixes: the list is missing", "the regions are missing"})
    EXPECT_NE(found.find(words), std::string::npos) << words << '\n' << found;
}

TEST(BuiltinCatalogue, IsSound) {
  const auto parsed = parse_catalogue(adf::builtin_catalogue_text(), "policy/adf/catalogue.toml");
  ASSERT_TRUE(parsed.has_value()) << all_of(parsed.error());
  EXPECT_EQ(adf::failing_examples(**parsed), std::vector<std::string>{});
  EXPECT_EQ(adf::failing_negatives(**parsed), std::vector<std::string>{});
  EXPECT_EQ((*parsed)->version, real().version);
  EXPECT_EQ(&*builtin_catalogue(), &*builtin_catalogue()) << "read once";
}

TEST(BuiltinCatalogue, HasRowsThatCiteAndExplain) {
  EXPECT_EQ(real().rows.size(), 85U);
  for (const auto& row : real().rows) {
    EXPECT_FALSE(row.sources.empty()) << row.id;
    EXPECT_FALSE(row.purpose.empty()) << row.id;
    EXPECT_FALSE(row.requirement.empty()) << row.id;
  }
}

TEST(BuiltinCatalogue, KnowsStrangersBehindEachOfItsSharedSuffixes) {
  EXPECT_GT(real().shared_tenant_suffixes.size(), 20U);
  for (const auto& suffix : real().shared_tenant_suffixes)
    EXPECT_TRUE(parse_pattern("*." + suffix).has_value()) << suffix << " could never be asked for";
}

}  // namespace
}  // namespace shirgate::test
