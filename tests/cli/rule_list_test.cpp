#include "cli/rule_list.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "cli/rule_list_formats.hpp"
#include "cli/rule_list_text.hpp"
#include "cli/terminal_text.hpp"
#include "csv_reading.hpp"
#include "factories.hpp"
#include "table_reading.hpp"

namespace shirgate::test {
namespace {

namespace json = boost::json;

class RuleListTest : public testing::Test {
 protected:
  Config config_ = loaded(factories_text());
  std::vector<ListedRuntime> list_ = list_rules(config_, now);
};

TEST_F(RuleListTest, ListsEveryRuleOnceAndNeedsApart) {
  std::size_t rules = 0;
  for (const auto& listed : list_) rules += listed.rules.size();
  EXPECT_EQ(rules, config_.policy->rules().size());
  std::set<std::string> carriers;
  for (const auto& need : list_[0].not_carried) carriers.emplace(word_for(adf::carried_by(*need.row)));
  EXPECT_EQ(carriers, (std::set<std::string>{"firewall", "not served"}));
  EXPECT_TRUE(list_[1].not_carried.empty());
}

TEST_F(RuleListTest, KnowsTheRowOfADerivedRuleOnly) {
  for (const auto& listed : list_)
    for (const auto& one : listed.rules)
      EXPECT_EQ(one.row != nullptr, one.rule->provenance.origin.starts_with("catalogue ")) << one.rule->name.text();
}

TEST_F(RuleListTest, SaysWhatIsOnlyReportedAndWhatIsOver) {
  EXPECT_TRUE(list_[0].reports);
  for (const auto& one : list_[0].rules) EXPECT_EQ(one.only_reported, one.rule->channel.text() == "relay");
  EXPECT_EQ(report_clause(*list_[0].runtime->reporting), "reports relay until 2026-12-01");
  EXPECT_EQ(std::count_if(list_[1].rules.begin(), list_[1].rules.end(), [](const auto& one) { return one.expired; }),
            1);
  EXPECT_FALSE(list_rules(config_, now + std::chrono::days(30))[0].reports);
}

TEST_F(RuleListTest, TableShowsRuntimesRulesAndWhatIsNeededBesides) {
  const auto text = rules_as_table(list_, 200);
  for (const auto* part :
       {"Runtime prod (shir), clients 10.20.0.21/32 10.20.0.24/30 fd00:20::/64\nIt reports relay until 2026-12-01",
        "Runtime people (browser)", "adf.azure.com", "10.30.0.4/32 fd00:30::/64", "ctl-fqdn-public",
        "Needed, but no rule of the gate - firewall: redirected SQL reaches any node", "11000-11999",
        "not served: plain HTTP", "2026-11-01 (over)"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
}

class RuleTable : public RuleListTest, public testing::WithParamInterface<std::size_t> {
 protected:
  std::string text_ = rules_as_table(list_, GetParam());
};

TEST_P(RuleTable, FitsTheTerminal) { expect_no_wider(text_, GetParam()); }

TEST_P(RuleTable, LosesNoHost) {
  const auto printed = column_of(text_, "CHANNEL ", "HOST", "PORT");
  for (const auto& listed : list_) {
    std::string hosts;
    for (const auto& one : listed.rules) hosts += one.rule->pattern.text();
    EXPECT_NE(printed.find(hosts), std::string::npos) << hosts << "\n" << text_;
    for (const auto& need : listed.not_carried)
      EXPECT_NE(printed.find(without_blanks(need.host)), std::string::npos) << need.host;
  }
}

TEST_P(RuleTable, SaysOnceWhyEachRowIsThere) {
  const auto legend = text_.substr(text_.find("\nWhy, and who says so\n"));
  const auto lines = lines_of(legend);
  const auto said = without_blanks(fmt::format("{}", fmt::join(lines, "")));
  const auto expect_entry = [&](const std::string& from, const std::string& purpose, const std::string& source) {
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [&](const auto& line) { return line.starts_with(from + ":"); }),
              1)
        << from;
    EXPECT_NE(said.find(without_blanks(from + ":" + purpose)), std::string::npos) << from;
    EXPECT_NE(said.find(without_blanks(printable(source))), std::string::npos) << from;
  };
  for (const auto& listed : list_) {
    for (const auto& one : listed.rules) {
      const auto& why = one.rule->provenance;
      expect_entry(one.row == nullptr ? why.origin : one.row->id, why.purpose, why.source);
    }
    for (const auto& need : listed.not_carried)
      expect_entry(need.row->id, need.row->purpose, listed.catalogue->cite(need.row->sources.front()));
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, RuleTable, testing::Values(80, 120, 200));

TEST_F(RuleListTest, TableFitsWithEveryColumnThereIs) {
  const auto text = replaced(factories_text(), "interactive_authoring = \"off\"\n",
                             "interactive_authoring = \"off\"\nmode = \"report\"\nreport_until = 2026-12-01\n");
  const auto config = loaded(replaced(text, "channel = \"old\"\n", "channel = \"a-channel-with-a-long-name\"\n"));
  const auto table = rules_as_table(list_rules(config, now), 80);
  expect_no_wider(table, 80);
  EXPECT_NE(column_of(table, "CHANNEL ", "HOST", "PORT").find("contoso-test.westeurope.datafactory.azure.net"),
            std::string::npos)
      << table;
}

TEST_F(RuleListTest, TableShowsAShortTicketAndLeavesALongOneToTheLegend) {
  const auto config =
      loaded(replaced(factories_text(), "channel = \"old\"\n", "channel = \"old\"\nticket = \"CHG-7\"\n"));
  const auto text = rules_as_table(list_rules(config, now), 120);
  const auto tickets = column_of(text, "CHANNEL ", "TICKET", "EXPIRES");
  EXPECT_NE(tickets.find("CHG-7"), std::string::npos) << text;
  EXPECT_NE(tickets.find("seebelow"), std::string::npos) << text;
  EXPECT_EQ(tickets.find("Remove-Item"), std::string::npos) << text;
}

TEST_F(RuleListTest, JsonHoldsRulesAndNeedsApart) {
  const auto answer = json::parse(rules_as_json(list_)).as_object();
  EXPECT_EQ(answer.at("rules").as_array().size(), config_.policy->rules().size());
  for (const auto& need : answer.at("not_carried").as_array()) {
    EXPECT_NE(need.at("carried_by").as_string(), "gate");
    EXPECT_FALSE(need.at("why").as_string().empty());
  }
  const auto& prod = answer.at("runtimes").as_array().at(0).as_object();
  EXPECT_EQ(prod.at("report_until").as_string(), "2026-12-01");
  EXPECT_EQ(answer.at("runtimes").as_array().at(2).at("kind").as_string(), "browser");
  const auto& rule = answer.at("rules").as_array().at(0).as_object();
  for (const auto* key : {"rule", "runtime", "channel", "host", "port", "protocol", "addresses", "origin", "purpose",
                          "source", "mode", "kind", "row"})
    EXPECT_TRUE(rule.contains(key)) << key;
}

TEST_F(RuleListTest, CsvIsReadBackAndHoldsNoFormula) {
  const auto records = parse_csv(rules_as_csv(list_));
  std::size_t lines = 1;
  for (const auto& listed : list_) lines += listed.rules.size() + listed.not_carried.size();
  ASSERT_EQ(records.size(), lines);
  bool saw_ticket = false;
  for (const auto& record : records) {
    EXPECT_EQ(record.size(), records.front().size());
    for (const auto& cell : record) {
      EXPECT_TRUE(cell.empty() || std::string_view("=+-@\t\r\n").find(cell.front()) == std::string_view::npos) << cell;
      EXPECT_EQ(cell.find(";="), std::string::npos) << cell;
      saw_ticket = saw_ticket || cell.starts_with("'=cmd|' /C calc'!A0 x;'=1 \n");
    }
  }
  EXPECT_TRUE(saw_ticket);
}

TEST(RuleListText, CsvCellsAreQuotedWhereTheyMustBe) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("a \"b\""), "\"a \"\"b\"\"\"");
  EXPECT_EQ(csv_cell("two\r\nlines"), "\"two\r\nlines\"");
  for (const std::string formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=\"x\",1"})
    EXPECT_TRUE(csv_cell(formula).starts_with(formula.find(',') == std::string::npos ? "'" : "\"'")) << formula;
}

TEST(RuleListText, MarkdownCellsCantLeaveTheirCell) {
  EXPECT_EQ(markdown_cell("a|b"), "a\\|b");
  EXPECT_EQ(markdown_cell("two\r\nlines"), "two  lines");
  EXPECT_EQ(markdown_cell("\\|"), "\\\\\\|");
  EXPECT_EQ(markdown_cell("*.core_x <b> [t](u) `c`"), "\\*.core\\_x \\<b\\> \\[t\\](u) \\`c\\`");
}

TEST_F(RuleListTest, MarkdownRowsAllHaveTheColumnsOfTheirHeader) {
  const auto text = rules_as_markdown(list_);
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto line = text.substr(at, text.find('\n', at) - at);
    at += line.size() + 1;
    if (!line.starts_with('|')) {
      columns = 0;
      continue;
    }
    std::size_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\')
        ++i;
      else if (line[i] == '|')
        ++bars;
    }
    if (columns == 0) columns = bars;
    EXPECT_EQ(bars, columns) << line;
  }
  EXPECT_NE(text.find("## Needed, but no rule of the gate"), std::string::npos);
}

TEST(RuleFormats, AreDistinctExplainedAndAllAnswer) {
  const auto config = loaded(factories_text());
  std::set<std::string_view> words;
  for (const auto& format : rule_formats()) {
    EXPECT_TRUE(words.insert(format.word).second);
    EXPECT_FALSE(format.meaning.empty());
    EXPECT_EQ(find_rule_format(format.word), &format);
    const auto text = format.text(config, {}, now);
    ASSERT_TRUE(text.has_value()) << format.word << ": " << text.error().text();
    EXPECT_TRUE(text->ends_with('\n')) << format.word;
  }
  EXPECT_EQ(words, (std::set<std::string_view>{"table", "json", "csv", "markdown", "azure-firewall", "nsg",
                                               "windows-firewall", "nftables"}));
  EXPECT_EQ(find_rule_format("yaml"), nullptr);
}

}  // namespace
}  // namespace shirgate::test
