// [catalogue]: a newer copy than the compiled-in one, taken only if it is the one that was reviewed.
#include "catalogue_text.hpp"
#include "certs/digest.hpp"
#include "derived.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

std::string hash_of(std::string_view text) { return to_hex(sha256(text)); }

/// A newer catalogue with a host that only it knows.
std::string newer() { return catalogue_of_version("2027-01-15") + row_text({{"pattern", "\"new.contoso.example\""}}); }

std::string naming(std::string_view file, std::string_view hash, std::string_view more = "") {
  return runtime_text(
             "factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\n"
             "interactive_authoring = \"off\"\nsetup = true\n" +
             std::string(more)) +
         fmt::format("[catalogue]\nfile = \"{}\"\nsha256 = \"{}\"\n", file, hash);
}

std::string mistakes_naming(const std::string& file, std::string_view hash) {
  return all_of(mistakes_in(naming(file, hash)));
}

TEST(CatalogueFile, IsUsedInsteadOfTheCompiledInOne) {
  const TemporaryDirectory directory;
  const auto config = loaded(naming(directory.file("newer.toml", newer()), hash_of(newer())));
  EXPECT_EQ(config.catalogue->version, "2027-01-15");
  EXPECT_EQ(reason_for(*config.policy, "new.contoso.example:443", {}, test_day), "allowed");
  EXPECT_EQ(reason_for(*config.policy, "go.microsoft.com:443", {}, test_day), "allowed") << "with everything else";
}

TEST(CatalogueFile, IsNotUsedUnlessItIsNamed) {
  const auto config =
      loaded(runtime_text("factory = \"contoso\"\nregion = \"eastus\"\nauto_update = false\n"
                          "interactive_authoring = \"off\"\nsetup = true\n"));
  EXPECT_EQ(config.catalogue, builtin_catalogue());
  EXPECT_EQ(reason_for(*config.policy, "new.contoso.example:443", {}, test_day), "host_not_listed");
}

TEST(CatalogueFile, LiesBesideTheConfigurationWhereItsPathIsRelative) {
  const TemporaryDirectory directory;
  static_cast<void>(directory.file("newer.toml", newer()));
  const auto path = directory.file("shirgate.toml", naming("newer.toml", hash_of(newer())));
  const auto config = load_file(path);
  ASSERT_TRUE(config.has_value()) << all_of(config.error());
  EXPECT_EQ(config->catalogue->version, "2027-01-15");
}

TEST(CatalogueFile, MayBeAsOldAsTheCompiledInOneButNotOlder) {
  const TemporaryDirectory directory;
  const std::string same(adf::builtin_catalogue_text());
  EXPECT_EQ(mistakes_naming(directory.file("same.toml", same), hash_of(same)), "");
  const auto older = catalogue_of_version("2026-11-20");
  const auto found = mistakes_naming(directory.file("older.toml", older), hash_of(older));
  EXPECT_NE(found.find("its version 2026-11-20 is older than the compiled-in 2026-11-21"), std::string::npos) << found;
}

TEST(CatalogueFile, MayAddToTheSuffixesThatNeedATicketAndTakeNoneAway) {
  const TemporaryDirectory directory;
  const auto more = catalogue_with("\"core.windows.net\",", "\"core.windows.net\", \"new.example\",");
  EXPECT_EQ(mistakes_naming(directory.file("more.toml", more), hash_of(more)), "");
  for (const auto* suffix : {"\"core.windows.net\",", "\"windows.net\", \"azure.net\","}) {
    const auto fewer = catalogue_with(suffix, "");
    const auto found = mistakes_naming(directory.file("fewer.toml", fewer), hash_of(fewer));
    EXPECT_NE(found.find("from the suffixes that need a ticket; a newer catalogue may add to them only"),
              std::string::npos)
        << found;
  }
}

TEST(CatalogueFile, MustBeTheOneThatWasReviewed) {
  const TemporaryDirectory directory;
  const auto path = directory.file("newer.toml", newer() + "# one byte more\n");
  const auto found = mistakes_naming(path, hash_of(newer()));
  EXPECT_EQ(found,
            fmt::format("{}: its SHA-256 is {}, the configuration expects {}; review what changed, then write the "
                        "new value\n",
                        path, hash_of(newer() + "# one byte more\n"), hash_of(newer())));
}

TEST(CatalogueFile, IsNotReadBeforeItsHashWasCompared) {
  const TemporaryDirectory directory;
  const auto found = mistakes_naming(directory.file("newer.toml", "this is = no = TOML"), hash_of(newer()));
  EXPECT_NE(found.find("its SHA-256 is"), std::string::npos) << found;
  EXPECT_EQ(found.find("not TOML"), std::string::npos) << found;
}

TEST(CatalogueFile, TellsItsOwnMistakesUnderItsOwnName) {
  const TemporaryDirectory directory;
  const auto broken = catalogue_with("schema = 1", "schema = 2");
  const auto path = directory.file("broken.toml", broken);
  const auto found = mistakes_naming(path, hash_of(broken));
  EXPECT_TRUE(found.starts_with(path + ":")) << found;
  EXPECT_NE(found.find("schema must be 1"), std::string::npos) << found;
}

TEST(CatalogueFile, NeedsItsHashAndTheHashItsFile) {
  for (const auto* section : {"file = \"newer.toml\"\n", "sha256 = \"00\"\n"}) {
    const auto found = mistakes_in(with_rest("[catalogue]\n" + std::string(section)));
    ASSERT_EQ(found.size(), 1U) << all_of(found);
    EXPECT_NE(found[0].text.find("[catalogue] takes file and sha256 together"), std::string::npos) << found[0].text;
  }
}

TEST(CatalogueFile, HidesNoOtherMistakeByItsOwn) {
  const auto text = naming("/nowhere/newer.toml", hash_of(newer())) + "[lab]\nenable = true\n";
  const auto found = all_of(mistakes_in(text));
  EXPECT_NE(found.find("/nowhere/newer.toml: can't be read: No such file or directory"), std::string::npos) << found;
  EXPECT_NE(found.find("did you mean 'enabled'?"), std::string::npos) << found;
}

TEST(CatalogueFile, MustBeARegularFileOfAReasonableSize) {
  const TemporaryDirectory directory;
  EXPECT_NE(mistakes_naming(directory.path("."), hash_of("")).find("is not a regular file"), std::string::npos);
  EXPECT_NE(mistakes_naming("/dev/zero", hash_of("")).find("is not a regular file"), std::string::npos);
  const std::string big((std::size_t{1} << 20) + 1, '#');
  EXPECT_NE(mistakes_naming(directory.file("big.toml", big), hash_of(big)).find("is larger than 1024 KiB"),
            std::string::npos);
}

}  // namespace
}  // namespace shirgate::test
