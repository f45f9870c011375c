#include "cli/catalog_text.hpp"

#include "config/load_catalogue.hpp"
#include "table_reading.hpp"

namespace shirgate::test {
namespace {

class CatalogueText : public testing::TestWithParam<std::size_t> {
 protected:
  CataloguePtr catalogue_ = builtin_catalogue();
  std::string text_ = catalogue_as_text(*catalogue_, GetParam());
};

TEST_P(CatalogueText, FitsTheTerminal) { expect_no_wider(text_, GetParam()); }

TEST_P(CatalogueText, LosesNoRow) {
  const auto ids = column_of(text_, "ROW ", "ROW", "CLOUD");
  const auto patterns = column_of(text_, "ROW ", "PATTERN", "PORT");
  std::string expected_ids;
  std::string expected_patterns;
  for (const auto& channel : catalogue_->channels)
    for (const auto& row : catalogue_->rows)
      if (row.channel == channel.id) {
        expected_ids += row.id;
        expected_patterns += without_blanks(row.pattern);
      }
  EXPECT_EQ(ids, expected_ids);
  EXPECT_EQ(patterns, expected_patterns);
}

TEST_P(CatalogueText, NamesTheDocumentsOfEveryRow) {
  std::string joined;
  for (const auto& line : lines_of(text_)) joined += without_blanks(line);
  for (const auto& row : catalogue_->rows) {
    std::string sources;
    for (const auto& source : row.sources) sources += (sources.empty() ? ":" : ",") + without_blanks(source);
    EXPECT_NE(joined.find(sources), std::string::npos) << row.id << sources;
  }
}

TEST_P(CatalogueText, LosesNoDocument) {
  const auto titles = column_of(text_, "SOURCE ", "TITLE", "VERSION");
  const auto versions = column_of(text_, "SOURCE ", "VERSION");
  for (const auto& source : catalogue_->sources) {
    EXPECT_NE(titles.find(without_blanks(source.title)), std::string::npos) << source.title;
    EXPECT_NE(versions.find(without_blanks(source.version)), std::string::npos) << source.version;
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, CatalogueText, testing::Values(80, 120, 200));

}  // namespace
}  // namespace shirgate::test
