// The corpus's DNS rows that need another view of the machine: its hosts file, its own addresses.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "audit/fields.hpp"
#include "corpus_lab.hpp"
#include "own_view.hpp"
#include "tests/proxy/moved_clock.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {
namespace {

/// A name whose rule expects exactly this address, which is also its only answer.
LabSetup with_name_at(const std::string& address, std::uint16_t upstream_port) {
  return {.rules = fmt::format("{}addresses = [\"{}/32\"]\n", origin_rule, address),
          .dns = fmt::format("[dns.hosts]\n\"{}\" = [\"{}\"]\n", origin_host, address),
          .dials = {{std::string(origin_target), upstream_port}}};
}

void expect_own_address_refused(Lab& lab, Upstream& upstream) {
  auto client = lab.client();
  const auto answer = ask_to_end(client, origin_target);
  EXPECT_EQ(answer.status, 502);
  EXPECT_EQ(answer.reason, "address_own");
  client.close();
  ASSERT_TRUE(lab.finish());
  const auto denied = lab.audit().only("denied");
  EXPECT_EQ(reason_of(denied), "address_own");
  EXPECT_EQ(text_of(denied, field::stage), "address");
  EXPECT_FALSE(upstream.accept_waiting().connected());
}

/// An IPv4 address of this machine that others could call.
std::string some_own_address() {
  ifaddrs* all = nullptr;
  std::string found;
  if (::getifaddrs(&all) != 0) return found;
  for (const auto* at = all; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr || at->ifa_addr->sa_family != AF_INET || (at->ifa_flags & IFF_LOOPBACK) != 0) continue;
    std::array<char, INET_ADDRSTRLEN> text{};
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(at->ifa_addr)->sin_addr, text.data(), text.size());
    if (!std::string_view(text.data()).starts_with("169.254.")) found = text.data();
  }
  ::freeifaddrs(all);
  return found;
}

// DNS-037: the corpus expects the hosts file's loopback to be refused; this gate does not read the file at all.
TEST(OwnView, TheHostsFileIsNotRead) {
  const auto seen = with_hosts_file("127.0.0.1 localhost login.microsoftonline.com\n", [] {
    Upstream upstream;
    MockDns dns([](const std::string&, int) { return DnsReply{.addresses = {"20.60.0.10"}}; });
    Lab lab({.rules = corpus_rules(),
             .dns = asking(dns.port()),
             .dials = corpus_dials("login.microsoftonline.com:443", upstream.port())});
    auto client = lab.client();
    EXPECT_EQ(ask(client, "login.microsoftonline.com:443").status, 200);
    client.close();
    EXPECT_TRUE(lab.finish());
    EXPECT_EQ(text_of(lab.audit().only("open"), field::upstream_ip), "20.60.0.10");
    EXPECT_GT(dns.queries(), 0U);
  });
  if (seen == Seen::as_it_is) GTEST_SKIP() << "may not replace /etc/hosts for itself here";
}

// DNS-040
TEST(OwnView, TheMachinesOwnAddressIsNotDialled) {
  const auto address = some_own_address();
  if (address.empty()) GTEST_SKIP() << "this machine has loopback only; the next test brings its own network";
  Upstream upstream;
  Lab lab(with_name_at(address, upstream.port()));
  expect_own_address_refused(lab, upstream);
}

// DNS-041
TEST(OwnView, AnAddressThatWasAddedAfterTheStartIsOwnToo) {
  const auto seen = with_own_network([] {
    Upstream upstream;
    Lab lab(with_name_at("10.20.30.5", upstream.port()));
    {
      auto before = open_tunnel(lab, upstream);
      EXPECT_TRUE(before.whole()) << "not its own yet";
    }
    ASSERT_TRUE(add_own_address("10.20.30.5"));
    test::move_clock(std::chrono::seconds(1));  // for so long it remembers what the routes said
    expect_own_address_refused(lab, upstream);
  });
  if (seen == Seen::as_it_is) GTEST_SKIP() << "may not make a network for itself here";
}

}  // namespace
}  // namespace shirgate::wire
