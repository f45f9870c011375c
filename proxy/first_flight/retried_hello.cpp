#include "proxy/first_flight/retried_hello.hpp"

#include <algorithm>

namespace shirgate {
namespace {

// RFC 8446 section 5.1.
constexpr std::uint8_t change_cipher_spec_record = 20;
constexpr std::uint8_t handshake_record = 22;
constexpr std::uint8_t application_data_record = 23;
constexpr std::uint8_t tls_major_version = 3;
constexpr std::uint8_t highest_minor_version = 0x0f;

}  // namespace

Result<HelloProgress> RetriedHelloReader::feed(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty() && !decided()) {
    at_hello_ = at_hello_ || (record_left_ == 0 && header_bytes_ == 0 && bytes.front() == handshake_record);
    if (at_hello_) {
      feed_hello(bytes);
      break;
    }
    const std::size_t taken = take_before_hello(bytes);
    before_hello_bytes_ += taken;
    bytes = bytes.subspan(taken);
  }
  return outcome_;
}

void RetriedHelloReader::feed_hello(std::span<const std::uint8_t> bytes) {
  outcome_ = hello_.feed(bytes);
  // That it speaks TLS is settled by now.
  if (outcome_.has_error() && outcome_.error() == Reason::not_tls) refuse(Reason::hello_malformed);
}

std::size_t RetriedHelloReader::take_before_hello(std::span<const std::uint8_t> bytes) {
  if (record_left_ == 0) {
    take_record_header(bytes.front());
    return 1;
  }
  const std::size_t count = std::min(bytes.size(), record_left_);
  record_left_ -= count;
  if (header_[0] == change_cipher_spec_record && bytes.front() != 1) refuse(Reason::hello_malformed);
  return count;
}

void RetriedHelloReader::take_record_header(std::uint8_t byte) {
  header_.at(header_bytes_++) = byte;
  if (header_bytes_ == 1 && !may_open_with(byte)) return refuse(Reason::hello_malformed);
  if (header_bytes_ == 2 && byte != tls_major_version) return refuse(Reason::hello_malformed);
  if (header_bytes_ == 3 && byte > highest_minor_version) return refuse(Reason::hello_malformed);
  if (header_bytes_ == record_header_bytes) open_record();
}

bool RetriedHelloReader::may_open_with(std::uint8_t record_type) const {
  if (record_type == change_cipher_spec_record) return records_ == 0;
  return record_type == application_data_record && early_data_ == EarlyData::offered;
}

void RetriedHelloReader::open_record() {
  ++records_;
  header_bytes_ = 0;
  record_left_ = static_cast<std::size_t>(header_[3]) << 8 | header_[4];
  if (header_[0] == change_cipher_spec_record) {
    if (record_left_ != 1) refuse(Reason::hello_malformed);
    return;
  }
  if (record_left_ == 0) return refuse(Reason::hello_malformed);
  early_bytes_ += record_left_;
  if (++early_records_ > max_early_data_records || early_bytes_ > max_early_data_bytes) refuse(Reason::hello_too_large);
}

}  // namespace shirgate
