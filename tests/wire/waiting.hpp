// Corpus rows of these families that the gate can't be held to yet. Kept as short as honestly possible.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace shirgate::wire {

struct WaitingCase {
  std::string_view id;
  std::string_view until;  ///< the issue that brings it
  std::string_view why;
};

inline constexpr std::array waiting_cases{
    WaitingCase{"EARLY-005", "authentication", "needs 407 and credentials"},
    WaitingCase{"AUD-014", "a machine that sleeps",
                "nothing here can be suspended; CLOCK_MONOTONIC, which every deadline uses, stands still meanwhile"},
};

/// Rows told in words, each with a test of its own that names it in a comment.
inline constexpr auto worded_cases = std::to_array<std::string_view>({
    "AUD-001", "AUD-005", "AUD-006", "AUD-007",   "AUD-008",   "AUD-009", "AUD-010", "AUD-012", "AUD-013", "AUD-016",
    "AUD-017", "AUD-019", "DNS-027", "DNS-028",   "DNS-030",   "DNS-031", "DNS-032", "DNS-033", "DNS-035", "DNS-036",
    "DNS-037", "DNS-040", "DNS-041", "EARLY-007", "EARLY-008", "ECH-006", "ECH-009", "ECH-010", "ECH-012", "ECH-013",
    "LOG-010", "LOG-011", "TDS-029", "TDS-030",   "TUN-002",   "TUN-004", "TUN-006", "TUN-007", "TUN-010", "TUN-011",
    "TUN-014", "TUN-015", "TUN-016", "TUN-017",   "TUN-018",   "TUN-019", "TUN-021", "TUN-022", "TUN-023",
});

/// Rows whose own numbers say something else than their verdict: what is tested instead.
struct CorrectedCase {
  std::string_view id;
  std::string_view verdict;
  int status;
  std::string_view why;
};

inline constexpr std::array corrected_cases{
    CorrectedCase{"HTTP-038", "allow", 200,
                  "its head of 7306 bytes is under META-000's limit of 8192; nothing here reads X-Forwarded-For"},
};

[[nodiscard]] constexpr bool is_worded(std::string_view id) {
  return std::find(worded_cases.begin(), worded_cases.end(), id) != worded_cases.end();
}

[[nodiscard]] constexpr bool waits(std::string_view id) {
  return std::any_of(waiting_cases.begin(), waiting_cases.end(), [&](const WaitingCase& row) { return row.id == id; });
}

}  // namespace shirgate::wire
