// The corpus as values: real first flights and what they hold, hostile tunnels and what must come of them.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "exact_copy.hpp"

namespace shirgate::test {

struct Capture {
  std::string name;
  Octets bytes;
  boost::json::object facts;
  [[nodiscard]] std::string format() const;
};

/// Every capture there is, sorted by name.
[[nodiscard]] const std::vector<Capture>& captures();

struct TunnelCase {
  std::string id;
  std::string family;  ///< "sni", "tls", ...
  std::string connect;
  Octets bytes;
  std::string reason;  ///< the corpus's own code
  std::string heard;   ///< what the client hears after the 200: "tls_alert:49", "none", or empty where nothing is said
};

/// Every row of attack_cases.jsonl of input type `tunnel`.
[[nodiscard]] const std::vector<TunnelCase>& tunnel_cases();

/// A name GoogleTest takes.
[[nodiscard]] std::string test_name(std::string text);

}  // namespace shirgate::test
