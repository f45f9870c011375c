// Every capture of the corpus through the reader, against what its .json says it holds.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "corpus.hpp"
#include "feeding.hpp"
#include "parsed_hello.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/resembles.hpp"
#include "tds_builder.hpp"

namespace shirgate::test {

void PrintTo(const Capture& capture, std::ostream* out) { *out << capture.name; }

namespace {

std::vector<Capture> captures_of(std::string_view format) {
  std::vector<Capture> some;
  std::copy_if(captures().begin(), captures().end(), std::back_inserter(some),
               [&](const Capture& capture) { return capture.format() == format; });
  return some;
}

std::string name_of(const testing::TestParamInfo<Capture>& info) { return test_name(info.param.name); }

Octets tls_bytes(const Capture& capture) {
  return capture.format() == "tls-in-tds" ? unwrap_tds(capture.bytes) : capture.bytes;
}

std::size_t number(const Capture& capture, std::string_view key) {
  return static_cast<std::size_t>(capture.facts.at(key).as_int64());
}

TlsVersion version_named(std::string_view name) {
  if (name == "SSL3.0") return TlsVersion::ssl3_0;
  if (name == "TLS1.0" || name == "<=TLS1.0") return TlsVersion::tls1_0;
  if (name == "TLS1.1" || name == "<=TLS1.1") return TlsVersion::tls1_1;
  if (name == "TLS1.2" || name == "<=TLS1.2") return TlsVersion::tls1_2;
  if (name == "TLS1.3") return TlsVersion::tls1_3;
  throw std::runtime_error("a version the test does not know: " + std::string(name));
}

std::vector<std::string> strings(const boost::json::value& list) {
  std::vector<std::string> all;
  for (const auto& item : list.as_array()) {
    if (item.as_string() != "GREASE") all.emplace_back(item.as_string());
  }
  return all;
}

std::vector<TlsVersion> stated_versions(const Capture& capture) {
  std::vector<TlsVersion> all;
  for (const auto& name : strings(capture.facts.at("versions"))) all.push_back(version_named(name));
  return all;
}

/// Extensions and groups by the names the facts are written with.
const std::map<std::string_view, std::uint16_t> numbers{
    // clang-format off
    {"server_name", 0}, {"status_request", 5}, {"supported_groups", 10}, {"ec_point_formats", 11},
    {"signature_algorithms", 13}, {"alpn", 16}, {"signed_certificate_timestamp", 18}, {"padding", 21},
    {"encrypt_then_mac", 22}, {"extended_master_secret", 23}, {"compress_certificate", 27}, {"record_size_limit", 28},
    {"delegated_credentials", 34}, {"session_ticket", 35}, {"pre_shared_key", 41}, {"early_data", 42},
    {"supported_versions", 43}, {"psk_key_exchange_modes", 45}, {"post_handshake_auth", 49}, {"key_share", 51},
    {"next_protocol_negotiation", 13172}, {"alps", 17613}, {"encrypted_client_hello", 0xfe0d},
    {"renegotiation_info", 0xff01}, {"secp256r1", 23}, {"secp384r1", 24}, {"secp521r1", 25}, {"x25519", 29},
    {"x448", 30}, {"ffdhe2048", 256}, {"ffdhe3072", 257}, {"ffdhe4096", 258}, {"ffdhe6144", 259}, {"ffdhe8192", 260},
    {"X25519MLKEM768", 0x11ec}
    // clang-format on
};

/// What has no name there is a number.
std::uint16_t number_named(std::string_view name) {
  const auto found = numbers.find(name);
  return found != numbers.end() ? found->second : static_cast<std::uint16_t>(std::stoi(std::string(name), nullptr, 0));
}

std::vector<std::uint16_t> numbers_named(const boost::json::value& list) {
  std::vector<std::uint16_t> all;
  for (const auto& name : strings(list)) all.push_back(number_named(name));
  return all;
}

std::vector<std::uint16_t> hexadecimal(const boost::json::value& list) {
  std::vector<std::uint16_t> all;
  for (const auto& code : strings(list)) all.push_back(static_cast<std::uint16_t>(std::stoi(code, nullptr, 16)));
  return all;
}

using Shares = std::vector<std::pair<std::uint16_t, std::size_t>>;

Shares stated_shares(const Capture& capture) {
  Shares all;
  for (const auto& share : capture.facts.at("key_shares").as_array()) {
    const std::string_view group = share.as_array().at(0).as_string();
    if (group != "GREASE") all.emplace_back(number_named(group), share.as_array().at(1).as_int64());
  }
  return all;
}

Shares shares_of(const Hello& hello) {
  Shares all;
  for (const auto& share : hello.key_shares) all.emplace_back(share.group, share.key.size());
  return all;
}

std::vector<std::uint16_t> extension_types(const Hello& hello) {
  std::vector<std::uint16_t> all;
  for (const auto& extension : hello.extensions) all.push_back(extension.type);
  return all;
}

void expect_stated_sni(const Sni& sni, const boost::json::value& stated) {
  if (stated.is_null()) {
    EXPECT_EQ(sni.state, SniState::absent);
    return;
  }
  const std::string name(stated.as_string());
  if (name.ends_with('.')) {
    EXPECT_EQ(sni.state, SniState::malformed);
    EXPECT_EQ(sni.text, name);
    return;
  }
  EXPECT_EQ(sni.state, SniState::named);
  EXPECT_EQ(sni.text, name);
}

class TlsCapture : public testing::TestWithParam<Capture> {};
class TdsCapture : public testing::TestWithParam<Capture> {};
class OtherCapture : public testing::TestWithParam<Capture> {};

void expect_stated_facts(const Capture& capture) {
  const auto outcome = fed_whole(tls_bytes(capture));
  ASSERT_EQ(outcome.answer, "done");
  EXPECT_EQ(outcome.flight_bytes, number(capture, "bytes_hello_on_wire"));
  EXPECT_EQ(outcome.body.size() + 4, number(capture, "handshake_message_bytes"));
  EXPECT_EQ(tls_bytes(capture).size() - outcome.flight_bytes, number(capture, "trailing_bytes"));

  const ParsedHello hello(outcome.body);
  ASSERT_TRUE(hello.has_value());
  expect_stated_sni(hello->sni, capture.facts.at("sni"));
  EXPECT_EQ(listed(hello->alpn), strings(capture.facts.at("alpn")));
  EXPECT_EQ(listed(hello->versions), stated_versions(capture));
  EXPECT_EQ(hello->legacy_version, version_named(capture.facts.at("legacy_version").as_string()));
  EXPECT_EQ(hello->ech, capture.facts.contains("ech"));
  const auto types = numbers_named(capture.facts.at("extensions"));
  EXPECT_EQ(extension_types(*hello), types);
  EXPECT_EQ(hello->early_data, std::ranges::count(types, number_named("early_data")) == 1);
  EXPECT_EQ(hello->pre_shared_key, std::ranges::count(types, number_named("pre_shared_key")) == 1);
  EXPECT_EQ(listed(hello->cipher_suites), hexadecimal(capture.facts.at("cipher_suites")));
  EXPECT_EQ(listed(hello->groups), numbers_named(capture.facts.at("groups")));
  EXPECT_EQ(shares_of(*hello), stated_shares(capture));
}

void expect_same_however_cut(const Octets& bytes) {
  const auto whole = fed_whole(bytes);
  EXPECT_EQ(fed_in_pieces_of(1, bytes), whole);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) ASSERT_EQ(fed_in_two(bytes, cut), whole) << "cut at " << cut;
}

TEST_P(TlsCapture, HoldsWhatItsFactsState) { expect_stated_facts(GetParam()); }
TEST_P(TlsCapture, ReadsTheSameHoweverItIsCut) { expect_same_however_cut(GetParam().bytes); }

TEST_P(TdsCapture, HoldsWhatItsFactsStateInsideItsPackets) { expect_stated_facts(GetParam()); }
TEST_P(TdsCapture, ReadsTheSameHoweverItIsCut) { expect_same_however_cut(unwrap_tds(GetParam().bytes)); }

TEST_P(TdsCapture, IsNotTlsAsItStands) {
  EXPECT_EQ(fed_whole(GetParam().bytes).answer, "not_tls");
  EXPECT_EQ(resembles(GetParam().bytes), "tds");
  expect_same_however_cut(GetParam().bytes);
}

TEST_P(OtherCapture, IsNotTls) {
  // A client that waits for the server to speak leaves an empty capture; that one ends by the clock.
  EXPECT_EQ(fed_whole(GetParam().bytes).answer, GetParam().bytes.empty() ? "more" : "not_tls");
  expect_same_however_cut(GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(Corpus, TlsCapture, testing::ValuesIn(captures_of("tls")), name_of);
INSTANTIATE_TEST_SUITE_P(Corpus, TdsCapture, testing::ValuesIn(captures_of("tls-in-tds")), name_of);
INSTANTIATE_TEST_SUITE_P(Corpus, OtherCapture, testing::ValuesIn(captures_of("not-tls")), name_of);

TEST(Captures, AreAllOfAFormatThatIsTested) {
  EXPECT_GE(captures().size(), 36u);
  EXPECT_EQ(captures_of("tls").size() + captures_of("tls-in-tds").size() + captures_of("not-tls").size(),
            captures().size());
}

TEST(Captures, ResembleWhatSentThem) {
  for (const auto& [name, expected] :
       {std::pair{"nontls-amqp-rhea", "amqp"}, std::pair{"nontls-http2-prior", "http2"},
        std::pair{"nontls-psql-sslrequest", "postgres"}, std::pair{"nontls-socks5-curl", "socks5"},
        std::pair{"nontls-ssh-banner", "ssh"}}) {
    const auto found =
        std::find_if(captures().begin(), captures().end(),
                     [&, wanted = std::string_view(name)](const Capture& c) { return c.name == wanted; });
    ASSERT_NE(found, captures().end()) << name;
    EXPECT_EQ(resembles(ExactCopy(found->bytes).span()), expected) << name;
  }
}

TEST(Captures, OfServiceClientsPassTheJudgeForTheirOwnHost) {
  for (const auto& capture : captures_of("tls")) {
    const auto host =
        parse_host(capture.facts.at("sni").is_null() ? "" : std::string(capture.facts.at("sni").as_string()));
    if (host.has_error()) continue;  // HoldsWhatItsFactsState has the two spellings that are no name
    const ParsedHello hello(fed_whole(capture.bytes).body);
    ASSERT_TRUE(hello.has_value()) << capture.name;
    EXPECT_EQ(judge_hello(*hello, *host, {}), capture.facts.contains("ech") ? Reason::ech_refused : Reason::allowed)
        << capture.name;
    EXPECT_EQ(judge_hello(*hello, *host, {.ech_allowed = true}), Reason::allowed) << capture.name;
  }
}

}  // namespace
}  // namespace shirgate::test
