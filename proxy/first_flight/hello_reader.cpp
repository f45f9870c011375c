#include "proxy/first_flight/hello_reader.hpp"

#include <algorithm>

namespace shirgate {
namespace {

constexpr std::uint8_t handshake_record = 22;  // RFC 8446 section 5.1
constexpr std::uint8_t tls_major_version = 3;  // the minor is to be ignored (same section)
constexpr std::uint8_t client_hello = 1;       // RFC 8446 section 4
constexpr std::size_t max_record_bytes = 1 << 14;

}  // namespace

Result<HelloProgress> HelloReader::feed(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty() && !decided()) {
    std::size_t taken = 1;
    if (record_left_ == 0) {
      take_record_header(bytes.front());
    } else {
      taken = take_payload(bytes);
    }
    flight_bytes_ += taken;
    bytes = bytes.subspan(taken);
  }
  return outcome_;
}

std::span<const std::uint8_t> HelloReader::body() const {
  if (outcome_.has_error() || *outcome_ != HelloProgress::done) return {};
  return std::span(message_).first(message_bytes_).subspan(message_header_bytes);
}

void HelloReader::begin_again() {
  outcome_ = HelloProgress::more;
  flight_bytes_ = record_left_ = header_bytes_ = message_bytes_ = announced_ = 0;
  records_ = 0;
}

void HelloReader::take_record_header(std::uint8_t byte) {
  // Behind a whole first record there is TLS, only of a kind no client sends: nothing but the rest of the hello may
  // follow.
  const auto stranger = records_ == 0 ? Reason::not_tls : Reason::hello_malformed;
  header_.at(header_bytes_++) = byte;
  if (header_bytes_ == 1 && byte != handshake_record) return refuse(stranger);
  if (header_bytes_ == 2 && byte != tls_major_version) return refuse(stranger);
  if (header_bytes_ == record_header_bytes) open_record();
}

void HelloReader::open_record() {
  const std::size_t length = static_cast<std::size_t>(header_[3]) << 8 | header_[4];
  // Empty handshake records are forbidden, yet OpenSSL skips 32 of them; a reader that does not would lose the name.
  if (length == 0 || length > max_record_bytes) return refuse(Reason::hello_malformed);
  if (announced_ != 0 && length > announced_ - message_bytes_) return refuse(Reason::hello_malformed);
  ++records_;
  record_left_ = length;
  header_bytes_ = 0;
}

std::size_t HelloReader::take_payload(std::span<const std::uint8_t> bytes) {
  // The message header goes byte by byte, so that what it proves is seen at the same byte however the stream was cut.
  const std::size_t wanted = announced_ == 0 ? 1 : announced_ - message_bytes_;
  const std::size_t count = std::min({bytes.size(), record_left_, wanted});
  std::copy_n(bytes.begin(), count, std::span(message_).subspan(message_bytes_, count).begin());
  message_bytes_ += count;
  record_left_ -= count;

  if (announced_ == 0) read_message_header();
  if (decided()) return count;
  if (message_bytes_ == announced_) {
    outcome_ = HelloProgress::done;
  } else if (record_left_ == 0 && records_ == max_hello_records) {
    refuse(Reason::hello_too_large);
  }
  return count;
}

void HelloReader::read_message_header() {
  if (message_[0] != client_hello) return refuse(Reason::hello_malformed);
  if (message_bytes_ < message_header_bytes) return;
  const std::size_t length =
      static_cast<std::size_t>(message_[1]) << 16 | static_cast<std::size_t>(message_[2]) << 8 | message_[3];
  if (length > max_hello_bytes - message_header_bytes) return refuse(Reason::hello_too_large);
  // The record is longer than the message: a second message shares it, which a ClientHello never allows.
  if (record_left_ > length) return refuse(Reason::hello_malformed);
  announced_ = message_header_bytes + length;
}

}  // namespace shirgate
