#include "lab/shared_key.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include "certs/hmac.hpp"
#include "lab/base64.hpp"

namespace shirgate::lab {
namespace {

constexpr std::string_view service_version = "2021-12-02";
constexpr std::string_view own_fields = "x-ms-";

/// "Fri, 26 Jun 2015 23:39:12 GMT".
std::string http_date(Time time) {
  const auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(seconds));
}

/// By name.
std::map<std::string_view, std::string_view> parameters_of(std::string_view query) {
  std::map<std::string_view, std::string_view> parameters;
  while (!query.empty()) {
    query.remove_prefix(1);  // '?' or '&'
    const auto one = query.substr(0, query.find('&'));
    const auto equals = std::min(one.find('='), one.size());
    parameters[one.substr(0, equals)] = one.substr(std::min(equals + 1, one.size()));
    query.remove_prefix(one.size());
  }
  return parameters;
}

}  // namespace

std::string string_to_sign(const HttpMessage& request, std::string_view account) {
  constexpr std::array<std::string_view, 8> behind_the_length{"content-md5",         "content-type", "date",
                                                              "if-modified-since",   "if-match",     "if-none-match",
                                                              "if-unmodified-since", "range"};
  const auto length = request.body.empty() ? std::string() : std::to_string(request.body.size());
  auto text = fmt::format("{}\n{}\n{}\n{}\n", request.method(), request.field("content-encoding"),
                          request.field("content-language"), length);
  for (const auto name : behind_the_length) text += fmt::format("{}\n", request.field(name));
  for (const auto& [name, value] : request.fields)
    if (name.starts_with(own_fields)) text += fmt::format("{}:{}\n", name, value);
  const auto path = request.path();
  const auto query = std::min(path.find('?'), path.size());
  text += fmt::format("/{}{}", account, path.substr(0, query));
  for (const auto& [name, value] : parameters_of(path.substr(query))) text += fmt::format("\n{}:{}", name, value);
  return text;
}

HttpMessage signed_by(std::string_view key, HttpMessage request, Time now) {
  request.fields["x-ms-date"] = http_date(now);
  request.fields["x-ms-version"] = service_version;
  const auto host = request.field("host");
  const auto account = host.substr(0, host.find('.'));
  const auto digest = hmac_sha256(key, string_to_sign(request, account));
  const std::string signature(digest.begin(), digest.end());
  request.fields["authorization"] = fmt::format("SharedKey {}:{}", account, base64(signature));
  return request;
}

}  // namespace shirgate::lab
