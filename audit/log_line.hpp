// One line of the log as its readers see it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/event.hpp"

namespace shirgate {

/// What readers ask of a line. The text is as it stands in the log, so hostile: escape it on output.
struct LogLine {
  /// No value the gate writes is longer; of another one the rest is left out, so that whoever keeps many is bounded.
  static constexpr std::size_t max_text_bytes = 320;

  std::string_view text{};  ///< the whole line
  std::uint32_t log = 0;    ///< which gate's, where several are read
  Action action = Action::start;
  std::uint64_t seq = 0;  ///< 0 where there is none
  std::string_view gate{};
  std::string_view time{};  ///< "2026-11-22T02:29:36.341Z", so that times compare as texts
  std::string_view tunnel{};
  std::string_view runtime{};
  std::string_view channel{};
  std::string_view rule{};
  std::string_view reason{};
  std::string_view stage{};
  std::string_view would_deny{};
  std::string_view client{};
  std::string_view host{};
  std::uint64_t port = 0;
  std::string_view upstream{};
  std::string_view resolved{};
  std::string_view asked{};
  std::string_view sni{};
  std::string_view alpn{};         ///< what was offered, as items_of() takes it
  std::string_view tls_version{};  ///< the highest offered, as the log spells it; empty where no ClientHello is told of
  bool ech = false;
  std::string_view resembles{};  ///< of first bytes that are no TLS
  std::string_view ended_by{};
  std::string_view first_at{};
  bool first_use = false;
  std::uint64_t bytes_from_client = 0;
  std::uint64_t bytes_from_upstream = 0;
  std::uint64_t duration = 0;  ///< nanoseconds
  std::optional<std::uint64_t> dial_time{};
  std::uint64_t count = 1;  ///< merged refusals it stands for

  [[nodiscard]] bool is_refusal() const { return shirgate::is_refusal(action); }
  /// Opened, but its first bytes were refused.
  [[nodiscard]] bool is_cut() const;
};

/// One after the other of a list that is separated by commas. Of a list the gate had to cut ("... (N bytes, sha256 H)")
/// those that are whole.
[[nodiscard]] std::vector<std::string_view> items_of(std::string_view list);

/// True where the gate had to cut the list.
[[nodiscard]] bool is_cut_short(std::string_view list);

/// Reads lines one after the other. Owns what they point to, as far as that is not in the line itself.
class LogLineParser {
 public:
  LogLineParser();
  ~LogLineParser();
  LogLineParser(const LogLineParser&) = delete;
  LogLineParser& operator=(const LogLineParser&) = delete;

  /// The line is valid until the next call and as long as `text` is. At least SegmentReader::padding bytes behind
  /// `text` must be readable. Null where the text is no event of the audit log.
  [[nodiscard]] LogLine* parse(std::string_view text);

 private:
  struct Parser;
  [[nodiscard]] bool read_json(std::string_view text);
  std::unique_ptr<Parser> parser_;
  LogLine line_;
};

}  // namespace shirgate
