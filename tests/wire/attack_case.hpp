// The rows of tests/corpus/attack_cases.jsonl that go over the wire, as values.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace shirgate::wire {

struct AttackCase {
  std::string id;
  std::string family;
  std::string type;  ///< connect, http_raw, tunnel, tunnel_dialog, dns, scenario, fault
  std::string authority;
  std::vector<std::string> writes;  ///< bytes, each one send
  std::vector<std::string> answers;
  int delay_ms = 0;
  std::string then;     ///< after the writes: "wait", "send nothing more", "FIN", "RST", or empty
  std::string verdict;  ///< deny, cut, close, allow, survive
  int status = 0;
  std::string reason;  ///< the corpus's own code
  std::string heard;   ///< after the 200: "tls_alert:49", "none", or empty
  bool never_resolved = false;
};

/// Every row of the families this folder tests, in the order of the file.
[[nodiscard]] const std::vector<AttackCase>& attack_cases();

/// The rows the table runner can run: those whose steps are bytes, not words.
[[nodiscard]] std::vector<AttackCase> runnable_cases();

/// What begins with a PRELOGIN has a runner of its own, because its server has something to say before TLS begins.
[[nodiscard]] bool is_sql(const AttackCase& attack);

/// The writes in one.
[[nodiscard]] std::string all_bytes(const AttackCase& attack);

/// How a failing test names its parameter.
void PrintTo(const AttackCase& attack, std::ostream* out);

/// "HTTP-001" as a test's name.
[[nodiscard]] std::string test_name(std::string id);

}  // namespace shirgate::wire
