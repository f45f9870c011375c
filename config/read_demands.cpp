#include "config/read_demands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace shirgate {
namespace {

constexpr std::size_t max_alpn_bytes = 255;  // RFC 7301 section 3.1

TlsVersion version_of(std::string_view word) {
  if (word == "1.0") return TlsVersion::tls1_0;
  if (word == "1.1") return TlsVersion::tls1_1;
  return word == "1.3" ? TlsVersion::tls1_3 : TlsVersion::tls1_2;
}

void read_alpn(TableReader& table, std::vector<std::string>& alpn) {
  if (table.node("alpn") == nullptr) return;
  alpn.clear();
  for (const auto& item : table.texts("alpn")) {
    if (item.text.empty() || item.text.size() > max_alpn_bytes)
      table.mistakes().add(item.line,
                           fmt::format("{} alpn: a protocol has 1 to 255 bytes, like \"http/1.1\"", table.title()));
    else if (std::find(alpn.begin(), alpn.end(), item.text) != alpn.end())
      table.mistakes().add(item.line, fmt::format("{} alpn: '{}' is listed twice", table.title(), item.text));
    else
      alpn.push_back(item.text);
  }
}

}  // namespace

HelloDemands read_demands(TableReader& table, HelloDemands demands) {
  if (const auto word = table.choice("tls_minimum", {"1.0", "1.1", "1.2", "1.3"}))
    demands.minimum_version = version_of(*word);
  read_alpn(table, demands.alpn);
  if (const auto word = table.choice("ech", {"refused", "allowed"})) demands.ech_allowed = *word == "allowed";
  if (const auto word = table.choice("tds_sni", {"required", "optional"})) demands.sni_optional = *word == "optional";
  return demands;
}

DemandsByChannel read_channel_demands(TableReader& runtime, const adf::Catalogue& catalogue,
                                      const HelloDemands& otherwise) {
  DemandsByChannel all;
  const auto* table = runtime.table("tls");
  if (table == nullptr) return all;
  TableReader channels(*table, runtime.title() + " tls", runtime.mistakes());
  for (const auto& channel : catalogue.channels) {
    const auto* of_channel = channels.table(channel.id);
    if (of_channel == nullptr) continue;
    TableReader reader(*of_channel, fmt::format("{} {}", channels.title(), channel.id), runtime.mistakes());
    all[channel.id] = read_demands(reader, otherwise);
    reader.refuse_the_rest();
  }
  channels.refuse_the_rest();
  return all;
}

}  // namespace shirgate
