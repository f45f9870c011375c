#include "cli/table.hpp"

#include "table_reading.hpp"

namespace shirgate::test {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Wrap, BreaksAtBlanksAndDropsThem) {
  EXPECT_EQ(wrap("", 5), (Pieces{""}));
  EXPECT_EQ(wrap("one two", 7), (Pieces{"one two"}));
  EXPECT_EQ(wrap("one two", 6), (Pieces{"one", "two"}));
  EXPECT_EQ(wrap("one two", 3), (Pieces{"one", "two"}));
  EXPECT_EQ(wrap("one   two", 4), (Pieces{"one ", "two"}));
}

TEST(Wrap, BreaksALongWordAfterAJointOrAnywhere) {
  EXPECT_EQ(wrap("contoso-prod.westeurope.net", 13), (Pieces{"contoso-prod.", "westeurope.", "net"}));
  EXPECT_EQ(wrap("10.30.0.4/32,10.30.0.5/32", 14), (Pieces{"10.30.0.4/32,", "10.30.0.5/32"}));
  EXPECT_EQ(wrap("abcdefgh", 3), (Pieces{"abc", "def", "gh"}));
  EXPECT_EQ(wrap("a a.bcdefgh", 5), (Pieces{"a", "a.", "bcdef", "gh"}));
}

TEST(Wrap, LosesNothingWhateverTheWidth) {
  for (const std::string text :
       {"", " ", "     ", "  a", "a  ", "-----", "see [[allow]] line 35, a.b-c/d:e_f  ghijklmnop"})
    for (std::size_t width = 0; width < 60; ++width) {
      std::string all;
      for (const auto piece : wrap(text, width)) {
        EXPECT_LE(piece.size(), std::max<std::size_t>(width, 1));
        all += piece;
      }
      EXPECT_EQ(without_blanks(all), without_blanks(text)) << width;
    }
}

TEST(Wrapped, IndentsAllButTheFirstLineAndIsPrintable) {
  EXPECT_EQ(wrapped("one two three", 8, 2), "one two\n  three\n");
  EXPECT_EQ(wrapped("one", 8, 2), "one\n");
  EXPECT_EQ(wrapped("a\x1b[2Jb\nc", 80, 2), "a?[2Jb?c\n");
}

TEST(TableText, GoesOnInTheNextLineOfTheSameColumn) {
  Table table({{"A"}, Table::shrinkable("HOST"), {"N", Align::right}});
  table.add({"x", "contoso.vault.azure.net", "1"});
  table.add({"y", "short", "22"});
  EXPECT_EQ(table.text(80), R"(A  HOST                      N
x  contoso.vault.azure.net   1
y  short                    22
)");
  EXPECT_EQ(table.text(22), R"(A  HOST              N
x  contoso.vault.    1
   azure.net
y  short            22
)");
}

TEST(TableText, BreaksTitlesToo) {
  Table table({Table::shrinkable("MUST RESOLVE TO"), {"PORT"}});
  table.add({"public", "443"});
  EXPECT_EQ(table.text(16), R"(MUST        PORT
RESOLVE TO
public      443
)");
}

TEST(TableText, ShrinksAColumnBelowItsLeastOnlyWhenAllAreThere) {
  Table table({Table::shrinkable("DAY", 10), Table::shrinkable("HOST")});
  table.add({"2026-11-01 (over)", "a-name.example"});
  EXPECT_EQ(table.text(20), R"(DAY         HOST
2026-11-01  a-name.
(over)      example
)");
  EXPECT_EQ(table.text(18), R"(DAY       HOST
2026-11-  a-name.
01        example
(over)
)");
}

}  // namespace
}  // namespace shirgate::test
