#include "audit/sinks/syslog_message.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "audit/chain.hpp"
#include "log_writing.hpp"

namespace shirgate::test {
namespace {

std::string line_of(std::string_view action, std::size_t padding = 0) {
  Chain chain(gate_of_the_test, {7, {}});
  std::string line;
  chain.append(line, fmt::format(R"({{"@timestamp":"2026-11-22T10:00:00.000Z","event.action":"{}","message":"{}"}})",
                                 action, std::string(padding, 'x')));
  line.erase(line.find_last_not_of('\n') + 1);
  return line;
}

std::string message_of(const std::string& line, int facility = 16) {
  std::string message;
  SyslogMessages(facility, "gate1", 4711).append(message, {line, *read_line_front(line)});
  return message;
}

TEST(SyslogMessage, CarriesTheLineAndWhatDeduplicatesIt) {
  const auto line = line_of("open");
  EXPECT_EQ(
      message_of(line),
      R"(<134>1 2026-11-22T10:00:00.000Z gate1 shirgate 4711 open [shirgate@32473 gate="00c0ffee00c0ffee" seq="7"] )" +
          line);
}

TEST(SyslogMessage, SaysByItsSeverityWhatWasRefused) {
  EXPECT_TRUE(message_of(line_of("denied")).starts_with("<132>1 "));
  EXPECT_TRUE(message_of(line_of("failed")).starts_with("<132>1 "));
  EXPECT_TRUE(message_of(line_of("close")).starts_with("<134>1 "));
  EXPECT_TRUE(message_of(line_of("denied"), 0).starts_with("<4>1 "));
  EXPECT_TRUE(message_of(line_of("close"), 23).starts_with("<190>1 "));
}

TEST(SyslogMessage, IsPrintableWhateverTheMachineIsCalled) {
  const auto line = line_of("open");
  std::string message;
  SyslogMessages(16, "a b\n\x80", 1).append(message, {line, *read_line_front(line)});
  EXPECT_NE(message.find(" a?b?? shirgate 1 "), std::string::npos) << message;
  message.clear();
  SyslogMessages(16, "", 1).append(message, {line, *read_line_front(line)});
  EXPECT_NE(message.find("Z - shirgate 1 "), std::string::npos) << message;
}

TEST(SyslogMessage, IsCutOnlyWhereADatagramIsTooShortAndSaysSo) {
  const SyslogMessages messages(16, "gate1", 4711);
  const auto header = message_of("" + line_of("open")).size() - line_of("open").size();
  for (std::size_t size = 2000; size < 2100; ++size) {
    auto line = line_of("open");
    line = line_of("open", size - header - line.size());
    std::string datagram;
    messages.append_datagram(datagram, {line, *read_line_front(line)});
    if (size <= SyslogMessages::max_datagram_bytes) {
      EXPECT_EQ(datagram, message_of(line));
      EXPECT_EQ(datagram.size(), size);
    } else {
      EXPECT_EQ(datagram.size(), SyslogMessages::max_datagram_bytes);
      EXPECT_NE(datagram.find(fmt::format(R"(seq="7" cut="{}"] )", line.size())), std::string::npos) << datagram;
    }
  }
}

}  // namespace
}  // namespace shirgate::test
