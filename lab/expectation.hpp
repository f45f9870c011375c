// From what was observed to what should have been: pure, so that a test can bend an observation and see the
// expectation break.
#pragma once

#include <string>
#include <vector>

#include "lab/attempt.hpp"
#include "lab/audit_log.hpp"

namespace shirgate::lab {

/// One attempt, told by everybody who could see it.
struct Observation {
  Attempt attempt;
  Visit visit;                           ///< the client
  std::vector<AuditLine> trail;          ///< the audit log on disk
  std::vector<SeenConnection> arrived;   ///< the pretend Azure, any endpoint
  bool all_ended = true;                 ///< no connection was left open
  std::uint64_t strangers = 0;           ///< connections the decoy got meanwhile
  std::vector<std::string> looked_up{};  ///< names the decoy DNS was asked for meanwhile
};

struct Expectation {
  std::string about;  ///< the attempt's title, or "the audit log"
  std::string claim;  ///< what should be
  bool held = false;
  std::string found;  ///< what was
};

/// What one attempt should have come to. At least one expectation each for the client, the log, and the endpoints.
[[nodiscard]] std::vector<Expectation> judge(const Observation& seen);

/// What holds for the log as a whole.
[[nodiscard]] std::vector<Expectation> judge(const AuditLog& log);

}  // namespace shirgate::lab
