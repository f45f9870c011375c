// The catalogue lists facts where the documents have conditions. The conditions are written down once more, as boolean
// expressions, and read here by an evaluator of their own: both must ask for the same rows.
#include <toml++/toml.h>

#include "condition.hpp"
#include "derived.hpp"
#include "random_inputs.hpp"

namespace shirgate::test {
namespace {

struct Condition {
  std::string row;
  std::string cloud;
  std::string when;
};

const std::vector<Condition>& conditions() {
  static const auto all = [] {
    std::vector<Condition> found;
    const auto file = toml::parse_file(std::string(SHIRGATE_SOURCE_DIR) + "/tests/corpus/adf_conditions.toml");
    for (const auto& [id, entry] : *file["row"].as_table())
      found.push_back({std::string(id.str()), (*entry.as_table())["cloud"].value_or(std::string()),
                       (*entry.as_table())["when"].value_or(std::string())});
    return found;
  }();
  return all;
}

Lines rows_asked_for(const InputValues& inputs) {
  Lines ids;
  for (const auto& condition : conditions())
    if ((condition.cloud == "all" || condition.cloud == inputs.at("cloud")) && holds(condition.when, inputs))
      ids.insert(condition.row);
  return ids;
}

TEST(Conditions, AreGivenForEveryRowOfTheCatalogue) {
  Lines with_condition;
  for (const auto& condition : conditions()) with_condition.insert(condition.row);
  Lines in_catalogue;
  for (const auto& row : real().rows) in_catalogue.insert(row.id);
  EXPECT_EQ(with_condition, in_catalogue);
}

TEST(Conditions, NameTheCloudOfTheirRow) {
  for (const auto& condition : conditions()) {
    const auto& rows = real().rows;
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const adf::CatalogueRow& one) { return one.id == condition.row; });
    ASSERT_NE(row, rows.end());
    EXPECT_EQ(row->cloud, condition.cloud) << condition.row;
  }
}

TEST(Conditions, AskForTheRowsThatAreDerived) {
  RandomInputs random(11);
  std::map<std::string, int> asked;
  for (int round = 0; round < 6'000; ++round) {
    const auto inputs = random.draw();
    const auto expected = rows_asked_for(inputs);
    ASSERT_EQ(row_ids_of(factory_of(inputs_text(inputs))), expected) << inputs_text(inputs);
    for (const auto& row : expected) ++asked[row];
  }
  for (const auto& condition : conditions()) {
    if (condition.when == "false") continue;
    EXPECT_GT(asked[condition.row], 50) << condition.row << " must be asked for often enough to say anything";
    EXPECT_LT(asked[condition.row], 6'000) << condition.row;
  }
}

// The documents' conditions would ask for a few rows; no document lists the others that Purview would need there.
TEST(Conditions, AreNotFollowedForPurviewOutsideThePublicCloud) {
  for (const auto* cloud : {"usgov", "china"}) {
    const auto inputs =
        std::string("product = \"purview\"\npurview = \"pv1\"\nmanaged_storage = \"scan1\"\ncloud = \"") + cloud + '"';
    const auto factory = load_inputs(inputs, "inputs", real());
    ASSERT_TRUE(factory.has_error()) << cloud;
    EXPECT_NE(all_of(factory.error()).find("Purview's hosts outside the public cloud"), std::string::npos);
  }
}

TEST(Evaluator, FollowsTheUsualOrderOfOperators) {
  const InputValues inputs{{"yes", "true"}, {"no", "false"}, {"sql", "sink"}};
  EXPECT_TRUE(holds("yes", inputs));
  EXPECT_FALSE(holds("!yes", inputs));
  EXPECT_TRUE(holds("!!yes", inputs));
  EXPECT_TRUE(holds("yes || no && no", inputs)) << "&& before ||";
  EXPECT_FALSE(holds("(yes || no) && no", inputs));
  EXPECT_TRUE(holds("no || sql == 'sink'", inputs));
  EXPECT_FALSE(holds("sql != 'sink'", inputs));
  EXPECT_FALSE(holds("sql != 'none' && !(yes && sql == 'sink')", inputs));
  EXPECT_TRUE(holds("true", inputs));
  EXPECT_FALSE(holds("false", inputs));
}

TEST(Evaluator, RefusesWhatIsNoExpression) {
  const InputValues inputs{{"yes", "true"}, {"sql", "sink"}};
  for (const auto* text : {"", "yes yes", "unknown", "sql", "yes &&", "(yes", "yes)", "sql == sink", "sql == 'sink",
                           "yes || unknown", "== 'x'"})
    EXPECT_THROW(static_cast<void>(holds(text, inputs)), std::runtime_error) << text;
}

}  // namespace
}  // namespace shirgate::test
