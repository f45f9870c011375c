#include "proxy/first_flight/alert.hpp"

#include <gtest/gtest.h>

namespace shirgate::test {
namespace {

using Record = std::array<std::uint8_t, 7>;

TEST(TlsAlertRecord, IsOneFatalAlertInTheClear) {
  EXPECT_EQ(tls_alert_record(TlsAlert::access_denied), (Record{21, 3, 3, 0, 2, 2, 49}));
  EXPECT_EQ(tls_alert_record(TlsAlert::protocol_version), (Record{21, 3, 3, 0, 2, 2, 70}));
  EXPECT_EQ(tls_alert_record(TlsAlert::unrecognized_name), (Record{21, 3, 3, 0, 2, 2, 112}));
  EXPECT_EQ(tls_alert_record(TlsAlert::no_application_protocol), (Record{21, 3, 3, 0, 2, 2, 120}));
}

}  // namespace
}  // namespace shirgate::test
