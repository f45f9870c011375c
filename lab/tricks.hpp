// What a scenario's tricks are in terms of attempts and of the report: pure.
#pragma once

#include <string>

#include "config/scenario.hpp"
#include "lab/attempt.hpp"

namespace shirgate::lab {

/// The attempt a trick is: whom it asks for, how it begins, and what should come of it under the scenario's policy. One
/// that gets through takes something along.
[[nodiscard]] Attempt attempt_of(const Trick& trick, const Policy& policy);

/// What `shirgate report` says of a trick that did not get through: "host:port (SNI name) reason".
[[nodiscard]] std::string report_line(const Trick& trick);

/// May a node on this machine look the name up under some policy of the scenario?
[[nodiscard]] bool may_be_looked_up(const Scenario& scenario, const std::string& name);

/// Whether the policy lets a node on this machine out to that host, on the port of HTTPS or of SQL.
[[nodiscard]] bool lets_out(const Policy& policy, const std::string& name);

}  // namespace shirgate::lab
