// What must hold whatever a factory is.
#include "derived.hpp"
#include "random_inputs.hpp"

namespace shirgate::test {
namespace {

std::vector<std::string> labels_of(std::string_view name) {
  std::vector<std::string> labels;
  for (std::size_t dot = 0; dot != std::string_view::npos;) {
    dot = name.find('.');
    labels.emplace_back(name.substr(0, dot));
    name.remove_prefix(std::min(name.size(), dot + 1));
  }
  return labels;
}

/// Could every name that `host` stands for be one that `pattern` stands for? A placeholder is one label, a star one or
/// more.
bool is_within(const std::string& host, const std::string& pattern) {
  auto narrow = labels_of(host);
  auto wide = labels_of(pattern);
  const bool wide_star = wide.front() == "*";
  if (wide_star) {
    wide.erase(wide.begin());
    if (narrow.size() <= wide.size()) return false;
    narrow.erase(narrow.begin(), narrow.end() - static_cast<std::ptrdiff_t>(wide.size()));
  }
  if (narrow.size() != wide.size()) return false;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const bool placeholder = wide[i].starts_with('{') && wide[i].ends_with('}');
    if (narrow[i] == "*" || (!placeholder && narrow[i] != wide[i])) return false;
  }
  return true;
}

TEST(Derivation, IsNeverBroaderThanTheRowThatAsksForIt) {
  RandomInputs random(12);
  int pinned = 0;
  for (int round = 0; round < 1'000; ++round) {
    const auto factory = factory_of(inputs_text(random.draw()));
    for (const auto& need : adf::derive(real(), factory)) {
      ASSERT_TRUE(need.host == need.row->pattern || is_within(need.host, need.row->pattern))
          << need.host << " of " << need.row->pattern;
      if (need.host.find('*') == std::string::npos && need.row->pattern.starts_with("*.")) ++pinned;
    }
  }
  EXPECT_GT(pinned, 1'000) << "pins must be met often enough to say anything";
}

TEST(Derivation, MakesRulesThatAreNoBroaderEither) {
  RandomInputs random(13);
  for (int round = 0; round < 500; ++round) {
    const auto factory = factory_of(inputs_text(random.draw()));
    for (const auto& need : adf::derive(real(), factory)) {
      if (adf::carried_by(*need.row) != adf::Carrier::gate) continue;
      const auto rule = adf::make_rule(real(), need, factory);
      ASSERT_EQ(rule.pattern.text(), need.host);
      ASSERT_EQ(rule.port, need.row->ports.first);
      ASSERT_EQ(rule.may_be_quiet, need.row->quiet);
      ASSERT_EQ(rule.protocol == Protocol::tds, need.row->transport == adf::Transport::tds_direct);
    }
  }
}

TEST(Derivation, OfThePinsOfTheRelayStaysBelowItsSuffix) {
  for (const auto& row : real().rows) {
    if (row.pin.empty() || row.pin == "{relay_fqdn}") continue;
    EXPECT_TRUE(is_within(row.pin, row.pattern)) << row.id;
  }
}

struct Addition {
  const char* input;
  const char* value;
};

/// Everything that can be said in addition to something else; the switches (product, cloud, key_form, storage_endpoint,
/// sql_route) replace one thing by another.
constexpr std::array additions{
    Addition{"auto_update", "true"}, Addition{"scia", "true"},           Addition{"local_credentials", "true"},
    Addition{"staged_copy", "true"}, Addition{"blob", "true"},           Addition{"adls_gen2", "true"},
    Addition{"adls_gen1", "true"},   Addition{"synapse_sql", "true"},    Addition{"key_vault", "true"},
    Addition{"entra_auth", "true"},  Addition{"private_link", "true"},   Addition{"revocation", "true"},
    Addition{"portal", "true"},      Addition{"setup", "true"},          Addition{"ha", "true"},
    Addition{"vault", "kv2"},        Addition{"remote_access", "true"},  Addition{"staging_account", "stage2"},
    Addition{"sql_server", "sql2"},  Addition{"storage_account", "l2x"}, Addition{"synapse_workspace", "ws2"},
    Addition{"sql", "source"},       Addition{"frontend_code", "ne"},    Addition{"storage_zone", "z06"},
};

/// The rows that an addition is known to take away, and why.
bool may_vanish(const Addition& addition, const InputValues& before, std::string_view row) {
  const std::string_view input = addition.input;
  // Self-contained authoring takes the place of the relay.
  if (input == "scia") return row.starts_with("relay-");
  // Behind a staged copy a sink is loaded from the staging account.
  if (input == "staged_copy") return before.at("sql") == "sink" && row.starts_with("sql-");
  return false;
}

TEST(Derivation, GrowsWithWhatIsAdded) {
  RandomInputs random(14);
  std::map<std::string, int> tried;
  for (int round = 0; round < 4'000; ++round) {
    const auto before = random.draw();
    const auto& addition = additions[random.below(additions.size())];
    auto after = before;
    after[addition.input] = addition.value;
    const auto factory = load_inputs(inputs_text(after), "inputs", real());
    if (after == before || factory.has_error()) continue;  // nothing added, or nothing that makes sense
    ++tried[addition.input];
    const auto now = row_ids_of(*factory);
    for (const auto& row : row_ids_of(factory_of(inputs_text(before))))
      ASSERT_TRUE(now.contains(row) || may_vanish(addition, before, row))
          << row << " vanished with " << addition.input << '\n'
          << inputs_text(before);
  }
  for (const auto& addition : additions) EXPECT_GT(tried[addition.input], 5) << addition.input;
}

TEST(Derivation, IsTheSameWithPrivateLinkButForWhereNamesResolve) {
  RandomInputs random(15);
  int compared = 0;
  for (int round = 0; round < 2'000; ++round) {
    auto inputs = random.draw();
    if (inputs["private_link"] == "false") continue;
    const auto with_endpoint = factory_of(inputs_text(inputs));
    inputs["private_link"] = "false";
    const auto without = factory_of(inputs_text(inputs));
    const auto hosts = [](const adf::Factory& factory) {
      Lines lines;
      for (const auto& need : adf::derive(real(), factory)) lines.insert(need.row->id + ' ' + need.host);
      return lines;
    };
    ASSERT_EQ(hosts(with_endpoint), hosts(without)) << inputs_text(inputs);
    ++compared;
  }
  EXPECT_GT(compared, 200);
}

TEST(Derivation, MakesADifferentRuleNameForEachRule) {
  RandomInputs random(16);
  for (int round = 0; round < 300; ++round) {
    const auto factory = factory_of(inputs_text(random.draw()));
    Lines names;
    for (const auto& rule : rules_of(factory))
      ASSERT_TRUE(names.insert(std::string(rule.name.text())).second) << rule.name.text();
  }
}

TEST(Derivation, CitesADocumentForEachRule) {
  const auto factory = factory_of("factory = \"contoso\"\nregion = \"eastus\"\nkey_vault = true\nsql = \"source\"");
  for (const auto& rule : rules_of(factory)) {
    EXPECT_TRUE(rule.provenance.origin.starts_with("catalogue ")) << rule.provenance.origin;
    EXPECT_FALSE(rule.provenance.purpose.empty()) << rule.name.text();
    EXPECT_GT(rule.provenance.source.size(), 10U) << rule.provenance.source;
    EXPECT_FALSE(rule.expires);
  }
}

}  // namespace
}  // namespace shirgate::test
