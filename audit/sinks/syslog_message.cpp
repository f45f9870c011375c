#include "audit/sinks/syslog_message.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace shirgate {
namespace {

constexpr int warning = 4;
constexpr int informational = 6;

int severity_of(std::string_view action) { return action == "denied" || action == "failed" ? warning : informational; }

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// RFC 5424 wants printable ASCII without blanks, and "-" for what is not known.
std::string as_header(std::string_view text) {
  std::string word(text.substr(0, 255));
  std::replace_if(
      word.begin(), word.end(), [](char c) { return c <= 0x20 || c >= 0x7f; }, '?');
  return word.empty() ? "-" : word;
}

}  // namespace

SyslogMessages::SyslogMessages(int facility) : SyslogMessages(facility, host_name(), ::getpid()) {}

SyslogMessages::SyslogMessages(int facility, std::string_view host, std::int64_t process)
    : facility_(facility), sender_(fmt::format("{} shirgate {}", as_header(host), process)) {}

void SyslogMessages::append_header(std::string& out, const Shipment& shipment, std::string_view more) const {
  const auto& front = shipment.front;
  fmt::format_to(std::back_inserter(out), R"(<{}>1 {} {} {} [shirgate@32473 gate="{}" seq="{}"{}] )",
                 facility_ * 8 + severity_of(front.body.action), front.body.at, sender_, front.body.action, front.gate,
                 front.seq, more);
}

void SyslogMessages::append(std::string& out, const Shipment& shipment) const {
  append_header(out, shipment, {});
  out.append(shipment.text);
}

void SyslogMessages::append_datagram(std::string& out, const Shipment& shipment) const {
  const auto begin = out.size();
  append(out, shipment);
  if (out.size() - begin <= max_datagram_bytes) return;
  out.resize(begin);
  append_header(out, shipment, fmt::format(R"( cut="{}")", shipment.text.size()));
  out.append(shipment.text.substr(0, max_datagram_bytes - std::min(max_datagram_bytes, out.size() - begin)));
}

}  // namespace shirgate
