// The corpus's hostile tunnels to SQL's port, from the first byte to the verdict.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "corpus.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/judge_hello.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"
#include "tds_unwrapping.hpp"

namespace shirgate::test {
namespace {

/// What the corpus calls a reason, and what comes of it here. "waits" stands for: nothing is wrong so far, and the
/// clock decides.
struct Translation {
  std::string_view corpus;
  std::string_view ours;
};

constexpr std::array translations{
    Translation{"allowed", "allowed"},
    Translation{"tds_encrypt_off", "not_encrypted"},
    Translation{"tds_bad_prelogin", "prelogin_malformed"},
    Translation{"tds_bad_packet", "prelogin_too_large"},
    Translation{"tds_too_many_packets", "hello_too_large"},
    Translation{"tls_sni_mismatch", "sni_mismatch"},
    Translation{"tls_no_sni", "sni_absent"},
    // By id, where the corpus's code tells too little. These three end behind a PRELOGIN that passes.
    Translation{"TDS-003", "waits"},
    Translation{"TDS-004", "waits"},
    Translation{"TDS-015", "waits"},
    // A message that may still go on.
    Translation{"TDS-014", "waits"},
    // The second PRELOGIN is where TLS belongs.
    Translation{"TDS-024", "not_tls"},
};

std::string_view ours(const TunnelCase& tunnel) {
  const auto row = [](std::string_view key) {
    return std::find_if(translations.begin(), translations.end(),
                        [&](const Translation& translation) { return translation.corpus == key; });
  };
  if (row(tunnel.id) != translations.end()) return row(tunnel.id)->ours;
  return row(tunnel.reason) != translations.end() ? row(tunnel.reason)->ours : "no translation";
}

std::string judged(OctetSpan body, const TunnelCase& tunnel) {
  const auto hello = parse_hello(body);
  const auto target = parse_target(tunnel.connect);
  return std::string(to_string(hello.has_error() ? hello.error() : judge_hello(*hello, target->host, {})));
}

/// As the session will: PRELOGIN, its encryption against a server that encrypts no more than it is asked to, then the
/// hello.
std::string verdict(const TunnelCase& tunnel) {
  const ExactCopy bytes(tunnel.bytes);
  if (tunnel.bytes.front() == 22) {
    const auto strict = fed_whole(bytes.span());
    return strict.answer == "done" ? judged(strict.body, tunnel) : strict.answer;
  }
  PreloginReader reader(TdsPacketType::prelogin);
  const auto progress = reader.feed(bytes.span());
  if (progress.has_error())
    return progress.error() == TdsFault::malformed ? "prelogin_malformed" : "prelogin_too_large";
  if (*progress == HelloProgress::more) return "waits";
  const auto prelogin = parse_prelogin(reader.payload());
  if (prelogin.has_error()) return "prelogin_malformed";
  const auto offer = prelogin->encryption;
  const auto answer = offer == TdsEncryption::required ? TdsEncryption::on : offer;
  if (negotiated(offer, answer) != EncryptionOutcome::full) return "not_encrypted";
  const auto hello = unwrapped(std::vector{bytes.span().subspan(reader.flight_bytes())});
  if (hello.answer == "more") return "waits";
  return hello.answer == "done" ? judged(hello.body, tunnel) : hello.answer;
}

std::vector<std::string> cases_on_1433() {
  std::vector<std::string> ids;
  for (const auto& tunnel : tunnel_cases()) {
    if (tunnel.connect.ends_with(":1433")) ids.push_back(tunnel.id);
  }
  return ids;
}

class TdsAttackCase : public testing::TestWithParam<std::string> {
 protected:
  const TunnelCase& tunnel_ = *std::find_if(tunnel_cases().begin(), tunnel_cases().end(),
                                            [](const TunnelCase& tunnel) { return tunnel.id == GetParam(); });
};

TEST_P(TdsAttackCase, EndsInWhatTheCorpusStates) { EXPECT_EQ(verdict(tunnel_), ours(tunnel_)) << tunnel_.reason; }

INSTANTIATE_TEST_SUITE_P(Corpus, TdsAttackCase, testing::ValuesIn(cases_on_1433()),
                         [](const auto& test) { return test_name(test.param); });

TEST(TdsAttackCases, AreThere) { EXPECT_GE(cases_on_1433().size(), 17u); }

}  // namespace
}  // namespace shirgate::test
