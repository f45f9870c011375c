// One thing that happened, as one JSON line with flat dotted keys in the Elastic Common Schema's names where it has
// one, `shirgate.*` otherwise. Every key is a row of the field table; docs/audit-log.md is compared with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "policy/tls_version.hpp"
#include "policy/verdict.hpp"

namespace shirgate {

/// From `segment` on they are the journal's own.
enum class Action : std::uint8_t {
  start,
  policy,
  open,
  checked,
  progress,
  close,
  denied,
  failed,
  stop,
  segment,
  live,
  head,
  torn,
  gap,
  checkpoint,
};
[[nodiscard]] std::string_view to_string(Action action);
[[nodiscard]] std::optional<Action> parse_action(std::string_view word);
inline constexpr std::size_t action_count = 15;

/// No tunnel came of the request: `denied`, `failed`.
[[nodiscard]] constexpr bool is_refusal(Action action) { return action == Action::denied || action == Action::failed; }
/// The last event of a request: a refusal, or its tunnel's `close`.
[[nodiscard]] constexpr bool ends_request(Action action) { return action == Action::close || is_refusal(action); }

/// A tunnel says what report mode let out when it opens, or when its first flight was let through: never both for the
/// same reason. What was refused in the end says it too, and was not let out.
[[nodiscard]] bool tells_exception(Action action, Reason would_deny);

/// The version as events spell it, and back; of one that has no name nobody can tell which it was.
[[nodiscard]] std::string_view tls_version_text(std::uint16_t version);
[[nodiscard]] std::optional<TlsVersion> parse_tls_version(std::string_view text);

/// Who ended an open tunnel.
enum class EndedBy : std::uint8_t { client, upstream, gate };
[[nodiscard]] std::string_view to_string(EndedBy ended_by);

using WallTime = std::chrono::system_clock::time_point;

/// Bytes that were relayed, not counting the gate's own replies.
struct Traffic {
  std::uint64_t from_client = 0;
  std::uint64_t from_upstream = 0;
};

/// What the ClientHello said, and of the server's answer what is in the clear.
struct TlsFacts {
  std::string_view sni;   ///< as sent, may be hostile
  std::string_view alpn;  ///< the offered protocols, separated by commas
  std::uint16_t max_version = 0;
  bool ech = false;
  std::string_view ja4;              ///< printable
  bool hello_retry = false;          ///< the server asked for a second hello
  std::uint16_t server_version = 0;  ///< 0: the answer did not say
  std::string_view server_names;     ///< of its certificate, separated by commas; may be hostile
  std::string_view server_issuer;    ///< likewise
};

/// A view for the time of one append: the strings belong to the caller. What is empty or unset is left out of the line.
struct Event {
  Action action = Action::start;
  WallTime at{};
  std::uint64_t tunnel = 0;  ///< request id, unique within one gate; 0 where the event is about none
  std::optional<Endpoint> client{};
  Name runtime{};
  Name channel{};
  Name rule{};
  std::optional<Reason> reason{};
  std::optional<Stage> stage{};
  const Target* target = nullptr;
  std::span<const Address> resolved{};  ///< what the name led to, where that was refused
  std::string_view asked{};             ///< what the client wrote, where no target could be made of it
  IngressKind ingress = IngressKind::connect;
  std::optional<Endpoint> original{};  ///< where a caught connection was going
  std::optional<Address> upstream{};   ///< the judged address that was dialled
  std::optional<TlsFacts> tls{};
  std::string_view resembles{};  ///< what the first bytes looked like when they were not TLS
  std::optional<Traffic> traffic{};
  std::optional<std::chrono::microseconds> duration{};
  std::optional<std::chrono::microseconds> dns_time{};
  std::optional<std::chrono::microseconds> dial_time{};
  std::optional<std::chrono::microseconds> first_flight_time{};
  std::optional<std::chrono::microseconds> first_byte_time{};
  std::optional<bool> spliced{};  ///< did bytes go through a pipe of the kernel, or were all of them copied?
  std::optional<EndedBy> ended_by{};
  std::uint64_t count = 0;                 ///< merged refusals this event stands for; 0: just itself
  std::optional<WallTime> first_at{};      ///< when the first of them happened
  std::string_view policy{};               ///< fingerprint
  std::string_view note{};                 ///< what the gate itself has to say: version, listeners, problems
  std::string_view key{};                  ///< of the journal, raw, in hexadecimal digits
  std::optional<std::uint64_t> live{};     ///< how many tunnels are open
  std::string_view live_tunnels{};         ///< some of them: ids separated by blanks
  std::string_view signature{};            ///< in hexadecimal digits
  std::optional<std::uint64_t> through{};  ///< the last line that is deleted
  std::string_view hash{};                 ///< and its hash
  Mode mode = Mode::enforce;
  Reason would_deny = Reason::allowed;  ///< in report mode: the reason it would have had
  bool first_use = false;               ///< nobody has used this host under its wildcard since the gate started
  bool lab = false;
};

/// Appends the line without sequence number and line end: "{...}". Every byte outside printable ASCII is escaped, so a
/// line never breaks and nothing hostile reaches a terminal. A value over 256 bytes is cut; its length and
/// the first 16 digits of its SHA-256 stand behind what is left.
void append_json(std::string& out, const Event& event);

/// What a value is to an index: the words are Elasticsearch's.
enum class FieldType : std::uint8_t { keyword, text, number, flag, date, address };
/// "keyword", "text", "long", "boolean", "date" or "ip".
[[nodiscard]] std::string_view to_string(FieldType type);

struct FieldRow {
  std::string_view key;
  std::string_view actions;  ///< where it appears
  std::string_view meaning;
  FieldType type;
  std::string_view example;  ///< as it stands in a line, without quotes
  std::string_view origin;   ///< "ECS" where the Elastic Common Schema has it, with what differs there; "own" otherwise
  std::string_view unit{};   ///< of a number; empty where it counts
};
/// Every key a line can have, in the order of the line.
[[nodiscard]] std::span<const FieldRow> field_table();

}  // namespace shirgate
