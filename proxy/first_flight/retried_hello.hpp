// Finds the second ClientHello, which a client sends once a server has answered the first with a HelloRetryRequest
// (RFC 8446 section 4.1.4). Servers were seen to take another name from it, so it is read as strictly as the first: by
// the same HelloReader, behind the little that may come before it. Promises what that promises.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "proxy/first_flight/hello_reader.hpp"

namespace shirgate {

/// Did the first hello say that early data follows it (Hello::early_data)?
enum class EarlyData : std::uint8_t { not_offered, offered };

/// The most early data passed over, in bytes and in records. Its server has refused it by asking again.
inline constexpr std::size_t max_early_data_bytes = (1 << 14) + 256;
inline constexpr unsigned max_early_data_records = 64;
/// The largest flight there is: the ChangeCipherSpec, the early data, the hello.
inline constexpr std::size_t max_retried_flight_bytes = 6 + max_early_data_bytes +
                                                        max_early_data_records * std::size_t{5} + max_hello_bytes +
                                                        max_hello_records * std::size_t{5};

///  14 03 03 00 01 01 | 17 03 03 LL LL ...    | 16 03 03 LL LL | 01 NN NN NN ...body... | 17 ...
///  `- at most one    `- only if it was        `- the hello, in one record or several    `- the tunnel's
///                       offered
///
///  hello_malformed  a record of another kind, or at another place; an empty one; else as HelloReader
///  hello_too_large  more early data than max_early_data_bytes or max_early_data_records; else as HelloReader
class RetriedHelloReader {
 public:
  /// `hello` has read the first hello and now reads the second; what it gave is gone, views included. Its body() is the
  /// outcome.
  RetriedHelloReader(HelloReader& hello, EarlyData early_data) : hello_(hello), early_data_(early_data) {
    hello_.begin_again();
  }

  /// Takes the next bytes of the stream, from the first behind the first hello's flight_bytes(). Once the answer is
  /// `done` or a Reason it stays that, and later bytes are not looked at.
  [[nodiscard]] Result<HelloProgress> feed(std::span<const std::uint8_t> bytes);

  /// How many bytes of all that were fed belong to the flight, as HelloReader::flight_bytes.
  [[nodiscard]] std::size_t flight_bytes() const { return before_hello_bytes_ + hello_.flight_bytes(); }

 private:
  static constexpr std::size_t record_header_bytes = 5;

  [[nodiscard]] bool decided() const { return outcome_.has_error() || *outcome_ == HelloProgress::done; }
  void refuse(Reason reason) { outcome_ = reason; }
  void feed_hello(std::span<const std::uint8_t> bytes);
  [[nodiscard]] std::size_t take_before_hello(std::span<const std::uint8_t> bytes);
  void take_record_header(std::uint8_t byte);
  [[nodiscard]] bool may_open_with(std::uint8_t record_type) const;
  void open_record();

  HelloReader& hello_;
  EarlyData early_data_;
  Result<HelloProgress> outcome_ = HelloProgress::more;
  bool at_hello_ = false;  ///< its first record has begun
  std::size_t before_hello_bytes_ = 0;
  unsigned records_ = 0;         ///< before the hello, whose headers were read
  unsigned early_records_ = 0;   ///< of these, early data
  std::size_t early_bytes_ = 0;  ///< announced by them
  std::size_t record_left_ = 0;
  std::size_t header_bytes_ = 0;  ///< of the next record's header, in header_
  std::array<std::uint8_t, record_header_bytes> header_{};
};

}  // namespace shirgate
