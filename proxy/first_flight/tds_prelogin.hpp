// PRELOGIN, with which a TDS client and its server agree on encryption before there is any (MS-TDS 2.2.6.5). Both
// sides' are read strictly, and the client's goes up rebuilt from what was read, so no byte the gate did not understand
// reaches a server in the clear. That the agreement is then kept is tds_tls.hpp's business.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/tds_packet.hpp"

namespace shirgate {

/// The most bytes of a PRELOGIN or the answer to one, over all its packets. Real ones have under a hundred.
inline constexpr std::size_t max_prelogin_bytes = 4096;
/// The longest instance name read. SQL Server has none over 16.
inline constexpr std::size_t max_instance_bytes = 255;

/// Collects the one message a side opens with. The outcome depends on the bytes alone, never on how TCP cut them.
/// Checks the packets only; what they hold is for the parse functions below.
class PreloginReader {
 public:
  /// `prelogin` for the client's side, `response` for the server's. The array is left unwritten: only bytes that were
  /// fed are ever read.
  explicit PreloginReader(TdsPacketType type) : packets_(type, max_prelogin_bytes) {}
  PreloginReader(const PreloginReader&) = delete;
  PreloginReader& operator=(const PreloginReader&) = delete;

  /// Takes the next bytes of the stream. Once the answer is `done` or a fault it stays that, and later bytes are not
  /// looked at.
  [[nodiscard]] TdsResult<HelloProgress> feed(std::span<const std::uint8_t> bytes);

  /// How many bytes of all that were fed belong to the message: on `done`, up to its end; on a fault, up to and with
  /// the byte that proved it.
  [[nodiscard]] std::size_t flight_bytes() const { return packets_.header_bytes() + payload_bytes_; }

  /// The message without its packet headers, for the parse functions. Whole once feed() has said `done`, empty before.
  [[nodiscard]] std::span<const std::uint8_t> payload() const;

 private:
  [[nodiscard]] bool decided() const { return outcome_.has_error() || *outcome_ == HelloProgress::done; }

  TdsResult<HelloProgress> outcome_ = HelloProgress::more;
  TdsPacketReader packets_;
  std::size_t payload_bytes_ = 0;
  std::array<std::uint8_t, max_prelogin_bytes> payload_;
};

/// What one side says of encryption.
enum class TdsEncryption : std::uint8_t { off = 0, on = 1, not_supported = 2, required = 3 };

/// What a client's PRELOGIN says, in the options that are known. Where the gate has no use for a value it is the bytes.
struct Prelogin {
  std::array<std::uint8_t, 6> version{};
  TdsEncryption encryption{};
  bool client_certificate = false;      ///< the bit 0x80 beside the encryption: log in by certificate
  std::optional<std::string> instance;  ///< without the NUL it ends in; any other bytes
  std::optional<std::array<std::uint8_t, 4>> thread_id;
  std::optional<bool> mars;
  std::optional<std::array<std::uint8_t, 36>> trace_id;
  std::optional<bool> fed_auth_required;
  std::optional<std::array<std::uint8_t, 32>> nonce;

  [[nodiscard]] friend bool operator==(const Prelogin&, const Prelogin&) = default;
};

///  00 001a 0006 | 01 0020 0001 | ... | ff | 11 00 00 01 00 00 | 01 | ...
///  |  |    `- length                   |    `- the options' data, `offset` counted from the first byte of all
///  |  `------ offset                   `- end of the table
///  `--------- token
///
/// Malformed: the table has no end; a token comes twice; data lies outside, in the table, or in another option's data;
/// VERSION is not the first or ENCRYPTION is missing; a known option's data is not of its shape. Unknown options are
/// left out, and so are bytes no option points at.
[[nodiscard]] TdsResult<Prelogin> parse_prelogin(std::span<const std::uint8_t> payload);

/// One whole packet that says the same: options in the order of their tokens, data without gaps. For any value
/// parse_prelogin gave, parse_prelogin gives it again.
[[nodiscard]] std::vector<std::uint8_t> rebuild(const Prelogin& prelogin);

/// One whole packet that answers the offer without knowing the server: encryption to the end, no MARS, no token asked
/// for. For offers that may become full.
[[nodiscard]] std::vector<std::uint8_t> answer_to(const Prelogin& offer);

/// The server's ENCRYPTION, out of its answer. The table must be as sound as a client's, because the client reads it
/// too; of the other options nothing is asked.
[[nodiscard]] TdsResult<TdsEncryption> parse_prelogin_answer(std::span<const std::uint8_t> payload);

enum class EncryptionOutcome : std::uint8_t {
  full,        ///< TLS from here to the end
  login_only,  ///< TLS for the login packet, then everything in the clear
  none,        ///< no TLS at all
  failed,      ///< they do not go together; the client hangs up
};

/// What the two must do now (the tables of MS-TDS 2.2.6.5). A client that offered `off` still ends `full` where the
/// server insists.
[[nodiscard]] EncryptionOutcome negotiated(TdsEncryption client, TdsEncryption server);

/// False if no answer whatever leads from this offer to `full`.
[[nodiscard]] bool may_become_full(TdsEncryption client);

}  // namespace shirgate
