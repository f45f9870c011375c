// The report in every format: what it says, and that hostile names are only text.
#include "cli/report_formats.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <regex>

#include "cli/follow.hpp"
#include "cli/html_text.hpp"
#include "cli/json_text.hpp"
#include "cli/progress_bar.hpp"
#include "cli/time_bins.hpp"
#include "csv_reading.hpp"
#include "log_directory.hpp"

namespace shirgate::test {
namespace {

const Time today = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

/// A runtime with its control host, and one more rule.
constexpr std::string_view two_channels =
    "[gate]\nlisten = [\"10.20.0.10:3128\"]\n[audit]\ndirectory = \"a\"\n[[runtime]]\nname = \"prod\"\n"
    "clients = [\"10.20.0.21\"]\nfactory = \"contoso-prod\"\nregion = \"westeurope\"\nauto_update = false\n"
    "interactive_authoring = \"off\"\n[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nhosts = "
    "[\"mystery.example\"]\nports = [443]\n";

/// What must be nothing but text, and what would betray it in any of the formats.
struct Hostile {
  const char* name;
  std::string text;
};
const std::vector<Hostile> hostile{{"Markup", "<img src=x onerror=alert(1)>"},
                                   {"Script", "\"><script>alert(1)</script>"},
                                   {"Quotes", "a\"b'c`d"},
                                   {"Ansi", "\x1b[31mred\x1b[0m"},
                                   {"Bell", std::string("\x07\x08\x7f")},
                                   {"Nul", std::string("a\0b", 3)},
                                   {"LineEnds", "two\r\nlines"},
                                   {"Formula", "=cmd|' /C calc'!A0"},
                                   {"FormulaBehindASemicolon", "x;=1"},
                                   {"FormulaBehindASemicolonAndQuotes", "x; \"=1\""},
                                   {"Plus", "+1"},
                                   {"Minus", "-1"},
                                   {"At", "@SUM(A1)"},
                                   {"Tab", "\t=1"},
                                   {"CarriageReturn", "\r=1"},
                                   {"Pipes", "a|b|c"},
                                   {"Latin", "b\xc3\xbc\xff"},
                                   {"Long", std::string(65'536, 'x')}};

class HostileNames : public testing::TestWithParam<Hostile> {
 protected:
  /// The text in every field that a report shows, in every place.
  void SetUp() override {
    const auto& text = GetParam().text;
    const auto about = R"("destination.port":443)" + member("shirgate.runtime", text) +
                       member("shirgate.channel", text) + member("destination.domain", text) +
                       member("source.ip", text) + member("shirgate.rule", text);
    log_.add("open", about + member("destination.ip", text) + R"(,"shirgate.first_use":true)");
    log_.add("checked", about + member("tls.client.server_name", text));
    log_.add("close", about + R"(,"shirgate.stage":"first_flight")" + member("tls.client.server_name", text) +
                          member("shirgate.reason", text));
    log_.add("denied", about + member("shirgate.reason", "host_not_listed"));
    log_.add("denied", about + member("shirgate.reason", "address_not_expected") + member("dns.resolved_ip", text));
    log_.add("denied", R"("source.port":1)" + member("shirgate.asked", text) + member("shirgate.reason", "bad_target"));
    log_.add("open", R"("destination.port":443)" + member("destination.domain", text) +
                         member("shirgate.would_deny", "host_not_listed"));
    log_.read([&](const LogLine& line) { report_.add(line); });
    report_.finish();
    troubles_.unreadable.push_back(text);
    troubles_.broken.push_back(text);
    troubles_.unreadable_count = 1;
    findings_ = find(report_, troubles_, nullptr, today);
  }

  static void expect_printable(const std::string& text, std::string_view line_ends = "\n") {
    for (const char c : text)
      ASSERT_TRUE((c >= 0x20 && c < 0x7f) || line_ends.find(c) != std::string_view::npos)
          << "byte " << static_cast<int>(static_cast<unsigned char>(c));
  }

  LogDirectory log_;
  Report report_;
  LogTroubles troubles_;
  Findings findings_;
};

INSTANTIATE_TEST_SUITE_P(Report, HostileNames, testing::ValuesIn(hostile),
                         [](const auto& name) { return std::string(name.param.name); });

TEST_P(HostileNames, AreTextOnATerminal) {
  const auto text = report_as_text(findings_, 100, Paint(false));
  expect_printable(text);
  EXPECT_NE(text.find("What no rule lists"), std::string::npos);
}

TEST_P(HostileNames, AreTextInJson) {
  const auto text = report_as_json(findings_);
  expect_printable(text);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  const auto answer = boost::json::parse(text).as_object();
  EXPECT_EQ(answer.at("unlisted").as_array().size(), 1U);
  EXPECT_EQ(answer.at("strangers").as_array().size(), 1U);
}

TEST_P(HostileNames, AreTextInASpreadsheet) {
  const auto text = report_as_csv(findings_);
  expect_printable(text, "\r\n");
  const auto rows = parse_csv(text);
  ASSERT_GT(rows.size(), 5U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), rows.front().size());
    for (const auto& cell : row) {
      EXPECT_TRUE(cell.empty() || std::string_view("=+-@\t\r").find(cell.front()) == std::string_view::npos) << cell;
      EXPECT_FALSE(std::regex_search(cell, std::regex("; *\"?[=+@-]"))) << cell;
    }
  }
}

TEST_P(HostileNames, AreTextOnAPage) {
  const auto page = report_as_html(findings_);
  expect_printable(page);
  static const std::regex tag(R"(<(/?[a-zA-Z!][a-zA-Z0-9]*)([^<>]*)>)");
  static const std::set<std::string> ours{
      "!DOCTYPE", "html",       "head", "meta", "title", "style", "body", "header", "h1",
      "h2",       "h3",         "p",    "nav",  "ul",    "li",    "a",    "main",   "section",
      "figure",   "figcaption", "svg",  "rect", "text",  "line",  "div",  "table",  "caption",
      "thead",    "tbody",      "tr",   "th",   "td",    "pre",   "code", "span",   "footer"};
  std::size_t tags = 0;
  for (std::sregex_iterator at(page.begin(), page.end(), tag), end; at != end; ++at, ++tags) {
    const auto name = (*at)[1].str();
    EXPECT_TRUE(ours.contains(name.starts_with('/') ? name.substr(1) : name)) << name;
    EXPECT_EQ((*at)[2].str().find(" on"), std::string::npos) << (*at)[0];
  }
  // Nothing of markup stands outside of a tag.
  EXPECT_EQ(static_cast<std::size_t>(std::count(page.begin(), page.end(), '<')), tags);
  EXPECT_EQ(page.find("http"), page.find("http-equiv"));
}

TEST_P(HostileNames, AreTextWhereTheLogIsFollowed) {
  std::size_t told = 0;
  log_.read([&](const LogLine& line) {
    const auto text = follow_line(line, Paint(false));
    if (text.empty()) return;
    ++told;
    expect_printable(text);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
  });
  EXPECT_EQ(told, 5U);
}

/// A log with one of everything.
class ReportFormats : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      log_.add_open("10.20.0.21", "contoso-prod.westeurope.datafactory.azure.net", 443,
                    R"(,"shirgate.channel":"control","shirgate.rule":"used","shirgate.time.dial":12000)");
      log_.add("close", R"("shirgate.runtime":"prod","shirgate.channel":"control","destination.port":443,)"
                        R"("destination.domain":"contoso-prod.westeurope.datafactory.azure.net",)"
                        R"("source.bytes":2048,"destination.bytes":100,"shirgate.stage":"relay")");
    }
    refuse("contoso-kv.vault.azure.net", "host_not_listed");
    refuse("contoso-prod.westeurope.datafactory.azure.net.evil.example", "host_not_listed");
    refuse("contoso-prod.westeurope.datafactory.azure.net.evil.example", "host_not_listed");
    refuse("mystery.example", "host_not_listed");
    refuse("contosostage.blob.core.windows.net", "address_not_expected",
           R"(,"shirgate.channel":"staged","dns.resolved_ip":"20.60.0.4")");
    refuse("erp.contoso.example", "address_not_expected", R"(,"shirgate.channel":"erp","dns.resolved_ip":"10.1.2.3")");
  }

  void refuse(std::string_view host, std::string_view reason, std::string_view more = {}) {
    log_.add("denied", fmt::format(R"("shirgate.runtime":"prod","source.ip":"10.20.0.21","destination.domain":"{}",)"
                                   R"("destination.port":443,"shirgate.reason":"{}"{})",
                                   host, reason, more));
  }

  Findings findings(const Config* config = nullptr) {
    log_.read([&](const LogLine& line) { report_.add(line); });
    report_.finish();
    return find(report_, troubles_, config, today);
  }

  LogDirectory log_;
  Report report_;
  LogTroubles troubles_;
};

TEST_F(ReportFormats, PutTheMostFrequentUnlistedHostFirstWithWhatToWrite) {
  const auto found = findings();
  ASSERT_EQ(found.unlisted.size(), 3U);
  EXPECT_EQ(found.unlisted[0].key->target, "contoso-prod.westeurope.datafactory.azure.net.evil.example:443");
  EXPECT_NE(found.unlisted[0].advice.against, "");
  EXPECT_EQ(found.unlisted[0].advice.documented, "");
  const auto& vault = found.unlisted[1];
  EXPECT_EQ(vault.key->target, "contoso-kv.vault.azure.net:443");
  EXPECT_NE(vault.advice.documented, "");
  EXPECT_NE(vault.advice.resembles.find("keyvault"), std::string::npos);
  EXPECT_NE(vault.advice.allow.find("hosts = [\"contoso-kv.vault.azure.net\"]"), std::string::npos);
  EXPECT_EQ(found.unlisted[2].advice.resembles, "");
}

TEST_F(ReportFormats, TellPublicAnswersOnPrivateChannelsFromOthers) {
  const auto found = findings();
  ASSERT_EQ(found.public_on_private.size(), 1U);
  EXPECT_EQ(found.public_on_private[0].key->target, "contosostage.blob.core.windows.net:443");
  EXPECT_EQ(found.public_on_private[0].addresses,
            (std::vector<std::pair<std::string, std::string>>{{"20.60.0.4", "public"}}));
  ASSERT_EQ(found.other_wrong_answers.size(), 1U);
  EXPECT_EQ(found.other_wrong_answers[0].addresses[0].second, "special");
}

TEST_F(ReportFormats, TakeMixedAnswersForALeakOnlyWhereTheRuleWantsPrivateOnes) {
  constexpr std::string_view mixed = R"(,"dns.resolved_ip":"20.60.0.9,10.9.9.9")";
  refuse("mixed.contoso.example", "address_not_expected", mixed);
  refuse("public.contoso.example", "address_not_expected", mixed);
  const auto names = [](const std::vector<WrongAnswer>& answers) {
    std::set<std::string> found;
    for (const auto& answer : answers) found.insert(answer.key->target);
    return found;
  };
  const auto found = findings();
  EXPECT_EQ(names(found.public_on_private), (std::set<std::string>{"contosostage.blob.core.windows.net:443"}));
  const auto config = load(
      "[gate]\nlisten = [\"10.20.0.10:3128\"]\n[audit]\ndirectory = \"a\"\n[[runtime]]\nname = \"prod\"\n"
      "clients = [\"10.20.0.21\"]\nfactory = \"contoso-prod\"\nregion = \"westeurope\"\nauto_update = false\n"
      "interactive_authoring = \"off\"\n[[allow]]\nruntime = \"prod\"\nchannel = \"x\"\nhosts = "
      "[\"mixed.contoso.example\"]\nports = [443]\naddresses = [\"10.1.0.0/16\"]\n[[allow]]\nruntime = \"prod\"\n"
      "channel = \"y\"\nhosts = [\"public.contoso.example\"]\nports = [443]\n",
      "t.toml", today);
  ASSERT_TRUE(config.has_value());
  const auto known = find(report_, troubles_, &*config, today);
  EXPECT_EQ(names(known.public_on_private),
            (std::set<std::string>{"contosostage.blob.core.windows.net:443", "mixed.contoso.example:443"}));
}

TEST_F(ReportFormats, AskOnlyTheRulesThatTheLinesAreAboutWhetherTheyWereUsed) {
  const auto config = load(two_channels, "t.toml", today);
  ASSERT_TRUE(config.has_value());
  const auto unused = [&](LogFilter filter) {
    Report report(std::move(filter));
    report.finish();
    std::set<std::string> channels;
    for (const auto* rule : find(report, troubles_, &*config, today).unused) channels.emplace(rule->channel.text());
    return channels;
  };
  EXPECT_EQ(unused({}), (std::set<std::string>{"control", "x"}));
  EXPECT_EQ(unused({.channel = "x"}), (std::set<std::string>{"x"}));
  EXPECT_EQ(unused({.runtime = "other"}), std::set<std::string>());
}

TEST_F(ReportFormats, AdviseOnNoRuntimeThatCanNotBeNamed) {
  log_.add("denied", R"("source.ip":"10.20.0.21","destination.domain":"n.example","destination.port":443,)"
                     R"("shirgate.reason":"host_not_listed")" +
                         member("shirgate.runtime", "x\"\n[[allow]]\nhosts = [\"evil.example\"] #"));
  const auto found = findings();
  const auto named = std::find_if(found.unlisted.begin(), found.unlisted.end(),
                                  [](const Attempt& one) { return one.key->target == "n.example:443"; });
  ASSERT_NE(named, found.unlisted.end());
  EXPECT_EQ(named->advice.allow, "");
  EXPECT_FALSE(std::regex_search(report_as_text(found, 100, Paint(false)), std::regex(R"(\n *hosts = \["evil)")));
}

TEST_F(ReportFormats, GiveASpreadsheetTheLinesToAdd) {
  const auto found = findings();
  bool seen = false;
  for (const auto& row : parse_csv(report_as_csv(found)))
    seen = seen || row.back().find("[[allow]]\nruntime = \"prod\"\n") != std::string::npos;
  EXPECT_TRUE(seen);
}

TEST_F(ReportFormats, SayEverywhereWhatWasOnlyCounted) {
  log_.add("torn", R"("shirgate.tunnel":"0000000000000008")");
  for (std::size_t i = 0; i < Report::max_refused + 7; ++i) {
    LogLine line{.action = Action::open, .time = "2026-11-22T10:00:00.000Z"};
    const auto host = fmt::format("h{}.example", i);
    line.host = host;
    line.would_deny = "host_not_listed";
    report_.add(line);
    line.action = Action::denied;
    line.would_deny = {};
    line.reason = "connect_timeout";
    report_.add(line);
  }
  const auto found = findings();
  const auto csv = report_as_csv(found);
  for (const auto* kind : {"host_rest,", "refused_rest,", "reported_rest,", "torn_unknown,"})
    EXPECT_NE(csv.find(std::string("\n") + kind), std::string::npos) << kind;
  for (const auto& text : {report_as_text(found, 100, Paint(false)), report_as_html(found)}) {
    EXPECT_NE(text.find("reported attempts on 7 more targets: only counted"), std::string::npos);
    EXPECT_NE(text.find("more targets: only counted", text.find("refusals on")), std::string::npos);
    EXPECT_NE(text.find("1 tunnel torn whose opening is not in these logs"), std::string::npos);
  }
}

TEST_F(ReportFormats, SayOfARefusalOverTheQuotaThatItWasOnlyCounted) {
  log_.add("denied", R"("shirgate.reason":"host_not_listed","shirgate.count":900)");
  EXPECT_NE(report_as_text(findings(), 100, Paint(false)).find("(only counted, over the quota)"), std::string::npos);
}

TEST_F(ReportFormats, KnowWithAConfigurationWhatItAllowsNowAndWhichRulesNobodyUsed) {
  const auto config = load(two_channels, "t.toml", today);
  ASSERT_TRUE(config.has_value());
  const auto found = findings(&*config);
  EXPECT_EQ(found.unlisted[2].advice.text, "The configuration that was given allows it.");
  EXPECT_EQ(found.unlisted[1].advice.setting, "key_vaults = [\"contoso-kv\"]");
  EXPECT_EQ(found.unused.size(), config->policy->rules().size());
  for (const auto& text : {report_as_text(found, 100, Paint(false)), report_as_html(found), report_as_csv(found)})
    EXPECT_NE(text.find("prod/x/mystery.example:443"), std::string::npos);
}

TEST_F(ReportFormats, FitTheTerminal) {
  const auto text = report_as_text(findings(), 70, Paint(false));
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    const auto line = text.substr(at, end - at);
    // What is to be copied into a configuration is never wrapped.
    if (!line.starts_with("      ")) {
      EXPECT_LE(line.size(), 70U) << line;
    }
    at = end + 1;
  }
}

TEST_F(ReportFormats, SayInJsonWhatTheySayInText) {
  const auto answer = boost::json::parse(report_as_json(findings())).as_object();
  const auto& total = answer.at("totals").at(0);
  EXPECT_EQ(total.at("tunnels").as_int64(), 3);
  EXPECT_EQ(total.at("bytes_from_client").as_int64(), 6144);
  EXPECT_EQ(total.at("dial_p99_us").as_int64(), 12287);
  EXPECT_EQ(answer.at("refused").as_array().size(), 5U);
  EXPECT_EQ(answer.at("public_on_private").at(0).at("addresses").at(0).at("class").as_string(), "public");
}

TEST_F(ReportFormats, UseColourOnlyWhereItIsWanted) {
  const auto found = findings();
  EXPECT_NE(report_as_text(found, 100, Paint(true)).find("\x1b[1;31m"), std::string::npos);
  EXPECT_EQ(report_as_text(found, 100, Paint(false)).find('\x1b'), std::string::npos);
}

TEST(ReportWords, AreShort) {
  EXPECT_EQ(short_duration(std::nullopt), "-");
  EXPECT_EQ(short_duration(std::chrono::microseconds(850)), "850 us");
  EXPECT_EQ(short_duration(std::chrono::microseconds(12'345)), "12.3 ms");
  EXPECT_EQ(short_duration(std::chrono::microseconds(1'300'000)), "1.3 s");
  EXPECT_EQ(short_time("2026-11-22T02:29:36.341Z"), "2026-11-22 02:29:36");
}

TEST(ProgressText, SaysHowFarAndHowLong) {
  EXPECT_EQ(progress_text(0, 0, std::chrono::seconds(3)), "[====================] 100 %  0 B of 0 B");
  EXPECT_EQ(progress_text(512, 1024, std::chrono::seconds(3)),
            "[==========>         ]  50 %  512 B of 1.0 KiB, 3 s left");
  EXPECT_EQ(progress_text(2048, 1024, std::chrono::seconds(3)), "[====================] 100 %  2.0 KiB of 1.0 KiB");
}

TEST(JsonText, EscapesWhatIsNotPrintableAscii) {
  EXPECT_EQ(json_text("a\"\n<b>\x7f\xc3\xbc\xf0\x9f\x98\x80"), R"("a\"\n\u003cb\u003e\u007f\u00fc\ud83d\ude00")");
}

TEST(JsonText, LetsNoBrokenUtf8SwallowItsQuote) {
  for (const auto* broken : {"\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98"}) {
    const auto text = json_text(boost::json::array{broken, "x"});
    EXPECT_TRUE(text.ends_with("\",\"x\"]")) << text;
    EXPECT_EQ(boost::json::parse(text).as_array().size(), 2U) << text;
  }
}

TEST(TimeBins, AreHoursWithoutGapsOrDays) {
  const std::map<std::string, Report::Hour> hours{{"2026-11-21T22", {1, 2}}, {"2026-11-22T01", {3, 4}}};
  const auto by_hour = time_bins(hours, 10);
  ASSERT_EQ(by_hour.size(), 4U);
  EXPECT_EQ(by_hour[0].label, "2026-11-21 22:00");
  EXPECT_EQ(by_hour[1].hour.tunnels, 0U);
  EXPECT_EQ(by_hour[3].hour.refused, 4U);
  const auto by_day = time_bins(hours, 3);
  ASSERT_EQ(by_day.size(), 2U);
  EXPECT_EQ(by_day[0].label, "2026-11-21");
  EXPECT_EQ(by_day[1].hour.tunnels, 3U);
  const auto last_day = time_bins(hours, 1);
  ASSERT_EQ(last_day.size(), 1U);
  EXPECT_EQ(last_day[0].label, "2026-11-22");
  EXPECT_TRUE(time_bins({}, 10).empty());
}

TEST(TimeBins, RoundDownBefore1970) {
  const auto bins = time_bins({{"1969-12-31T05", {1, 0}}}, 10);
  ASSERT_EQ(bins.size(), 1U);
  EXPECT_EQ(bins[0].label, "1969-12-31 05:00");
}

}  // namespace
}  // namespace shirgate::test
