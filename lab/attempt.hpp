// What the lab tries, and what should come of it.
#pragma once

#include <string>
#include <vector>

#include "lab/pretend_azure.hpp"
#include "lab/pretend_shir.hpp"
#include "policy/reason.hpp"

namespace shirgate::lab {

struct Attempt {
  std::string title;    ///< "staged", "a look-alike suffix"
  std::string nature;   ///< one phrase: what it is for, or what is wrong with it
  std::string channel;  ///< that the audit log must name; empty where no rule matches
  std::string address;  ///< what the name resolves to; empty: nobody may look it up
  Approach approach;
  Reason expected = Reason::allowed;
  std::size_t requests = 0;  ///< that reach the endpoint when it works

  [[nodiscard]] bool is_listed() const { return expected == Reason::allowed; }
  /// Refused before there is a tunnel; otherwise, unless listed, the tunnel is cut.
  [[nodiscard]] bool is_refused() const { return !is_listed() && row_of(expected).status != 0; }
  /// "host:port", as CONNECT asks for it.
  [[nodiscard]] std::string target() const;
};

/// Everything that is tried, listed channels first.
[[nodiscard]] std::vector<Attempt> lockdown_attempts(const PretendAzure& azure);

/// Listed, but with DNS answers that a listed host must not have.
inline constexpr std::string_view rebound_host = "erp.contoso.example";
inline constexpr std::string_view inside_host = "crm.contoso.example";

}  // namespace shirgate::lab
