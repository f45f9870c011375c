// Is the log in a directory what its gate wrote? Reads every segment and believes nothing: numbers, chain, signatures,
// and that every tunnel that opened has ended or is still open.
//
// Whoever can write the directory can also cut the log short, or write its end anew with the key in it. Only what was
// kept elsewhere shows that: the public key, and a head from the gate's operational log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "certs/digest.hpp"
#include "certs/signing_key.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// "SEQ:HASH" of a line "audit head <gate> SEQ HASH <signature>".
struct KnownHead {
  std::uint64_t seq = 0;
  Sha256Digest prev{};
};
[[nodiscard]] std::optional<KnownHead> parse_known_head(std::string_view text);

struct VerifyOptions {
  std::optional<PublicKey> key{};   ///< otherwise the directory's key.pub
  std::optional<KnownHead> head{};  ///< the log must contain it
};

struct Finding {
  std::string where;  ///< "path:line", or the path of a file or the directory
  std::string what;
};

struct VerifyResult {
  std::vector<Finding> faults{};  ///< in the order of the log, the first max_faults
  std::vector<Finding> notes{};   ///< what the log itself admits, and what can't be said
  std::uint64_t fault_count = 0;
  std::string gate{};
  std::uint64_t segments = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t lines = 0;
  std::uint64_t heads = 0;
  std::uint64_t unsigned_lines = 0;  ///< behind the last head
  std::uint64_t live_at_start = 0;   ///< tunnels that were open before the first line
  std::uint64_t opens = 0;
  std::uint64_t closes = 0;
  std::uint64_t torn = 0;
  std::uint64_t live = 0;  ///< tunnels that are open behind the last line
  std::uint64_t gaps = 0;

  static constexpr std::size_t max_faults = 100;
  [[nodiscard]] bool intact() const { return fault_count == 0; }
};

/// A complaint where there is no log to be read.
[[nodiscard]] Checked<VerifyResult> verify(const std::string& directory, const VerifyOptions& options = {});

}  // namespace shirgate
