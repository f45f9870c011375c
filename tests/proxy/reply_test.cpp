#include "proxy/ingress/reply.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace shirgate::test {
namespace {

const Target kv1 = *parse_target("kv1.vault.azure.net:443");

std::string body_of(const std::string& reply) { return reply.substr(reply.find("\r\n\r\n") + 4); }

std::string header_of(const std::string& reply, std::string_view name) {
  const auto at = reply.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return reply.substr(begin, reply.find("\r\n", begin) - begin);
}

TEST(Established, IsWhatEveryClientUnderstands) {
  EXPECT_EQ(established_reply, "HTTP/1.1 200 Connection established\r\n\r\n");
}

TEST(RefusalReply, SaysReasonTargetRuleAdviceAndRequest) {
  EXPECT_EQ(refusal_reply({.reason = Reason::rule_expired,
                           .tunnel = 0x2a,
                           .target = &kv1,
                           .rule = "prod/erp/kv1.vault.azure.net:443",
                           .identified = true}),
            "HTTP/1.1 403 Forbidden\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 186\r\n"
            "Proxy-Status: shirgate; error=http_request_denied; details=\"rule_expired\"\r\n"
            "Connection: close\r\n"
            "\r\n"
            "shirgate: rule_expired for kv1.vault.azure.net:443 (rule prod/erp/kv1.vault.azure.net:443). "
            "The rule for this host has expired; renew its ticket and its date. [request 000000000000002a]\n");
}

TEST(RefusalReply, SaysTheSameInJson) {
  const auto reply = refusal_reply(
      {.reason = Reason::host_not_listed, .tunnel = 0x2a, .target = &kv1, .identified = true, .json = true});
  EXPECT_EQ(header_of(reply, "Content-Type"), "application/json");
  EXPECT_EQ(body_of(reply),
            R"({"reason":"host_not_listed","request":"000000000000002a","target":"kv1.vault.azure.net:443",)"
            R"("advice":"No rule lists this host; 'shirgate explain' shows what to add if the pipeline needs it."})"
            "\n");
}

TEST(RefusalReply, TellsAnUnidentifiedClientReasonAndIdOnly) {
  const Refusal refusal{.reason = Reason::client_not_listed, .tunnel = 1, .target = &kv1, .rule = "secret"};
  EXPECT_EQ(body_of(refusal_reply(refusal)), "shirgate: client_not_listed [request 0000000000000001]\n");
  auto json = refusal;
  json.json = true;
  EXPECT_EQ(body_of(refusal_reply(json)), "{\"reason\":\"client_not_listed\",\"request\":\"0000000000000001\"}\n");
}

class EveryReason : public testing::TestWithParam<ReasonRow> {
 protected:
  [[nodiscard]] static Refusal refusal(bool json) {
    return {.reason = GetParam().reason,
            .tunnel = ~std::uint64_t{0},
            .target = &kv1,
            .rule = "prod/erp/*.contoso.example:443",
            .identified = true,
            .json = json};
  }
};

TEST_P(EveryReason, BecomesAWholeReplyOrNone) {
  const auto& row = GetParam();
  const auto reply = refusal_reply(refusal(false));
  ASSERT_EQ(reply.empty(), row.status == 0);
  if (reply.empty()) return;
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 " + std::to_string(row.status) + ' '));
  EXPECT_EQ(reply.find("Refused"), std::string::npos) << "each status has its phrase";
  const auto body = body_of(reply);
  EXPECT_EQ(header_of(reply, "Content-Length"), std::to_string(body.size()));
  EXPECT_EQ(header_of(reply, "Connection"), "close");
  EXPECT_EQ(body.find('\n'), body.size() - 1) << "one line";
  EXPECT_NE(body.find(row.token), std::string::npos);
  EXPECT_NE(body.find(row.advice), std::string::npos);
  for (const char c : body.substr(0, body.size() - 1)) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << body;
}

TEST_P(EveryReason, IsTold429And503WhenToComeBack) {
  const auto status = GetParam().status;
  EXPECT_EQ(header_of(refusal_reply(refusal(false)), "Retry-After"), status == 429 || status == 503 ? "5" : "");
}

TEST_P(EveryReason, BecomesValidJson) {
  const auto reply = refusal_reply(refusal(true));
  if (reply.empty()) return;
  const auto body = boost::json::parse(body_of(reply)).as_object();
  EXPECT_EQ(body.at("reason").as_string(), GetParam().token);
  EXPECT_EQ(body.at("advice").as_string(), GetParam().advice);
  EXPECT_EQ(body.at("request").as_string(), "ffffffffffffffff");
}

INSTANTIATE_TEST_SUITE_P(Table, EveryReason, testing::ValuesIn(reason_table().begin() + 1, reason_table().end()),
                         [](const auto& one) { return std::string(one.param.token); });

}  // namespace
}  // namespace shirgate::test
