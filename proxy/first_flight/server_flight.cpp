#include "proxy/first_flight/server_flight.hpp"

#include <algorithm>

#include "proxy/first_flight/extension_numbers.hpp"
#include "proxy/first_flight/tls_list.hpp"

namespace shirgate {
namespace {

// RFC 8446 section 5.1.
constexpr std::uint8_t change_cipher_spec_record = 20;
constexpr std::uint8_t alert_record = 21;
constexpr std::uint8_t handshake_record = 22;
constexpr std::uint8_t tls_major_version = 3;
constexpr std::size_t max_record_bytes = (1 << 14) + 256;

constexpr std::uint8_t server_hello = 2;
constexpr std::uint8_t certificate = 11;

constexpr std::uint8_t warning = 1;
constexpr std::uint8_t fatal = 2;
constexpr std::uint8_t close_notify = 0;
/// How many warnings OpenSSL steps over.
constexpr unsigned max_interludes = 5;

constexpr std::size_t random_bytes = 32;
constexpr std::size_t max_session_id_bytes = 32;
/// Version, random, an empty session id, the cipher suite, the compression method.
constexpr std::size_t least_server_hello_bytes = 2 + random_bytes + 1 + 2 + 1;

/// SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3).
constexpr std::array<std::uint8_t, random_bytes> hello_retry_random{
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

/// What a ServerHello says of the version.
struct Choice {
  TlsVersion legacy_version{};
  std::optional<TlsVersion> supported_version;
};

std::optional<Choice> read_extensions(Cursor::Bytes block, Choice choice) {
  const auto extensions = TlsList<Extension>::parse(block);
  if (!extensions) return std::nullopt;
  for (const auto& extension : *extensions) {
    if (extension.type != extension_number::supported_versions) continue;
    Cursor data(extension.data);
    const auto version = data.u16();
    if (!version || !data.at_end() || choice.supported_version) return std::nullopt;
    choice.supported_version = TlsVersion{*version};
  }
  return choice;
}

/// RFC 8446 section 4.1.3; TLS 1.2 and older have the same shape.
std::optional<Choice> read_choice(Cursor::Bytes body) {
  Cursor cursor(body);
  const auto legacy_version = cursor.u16();
  const auto random = cursor.bytes(random_bytes);
  const auto session_id = cursor.vector8();
  const auto cipher_suite = cursor.u16();
  const auto compression_method = cursor.u8();
  if (!legacy_version || !random || !session_id || !cipher_suite || !compression_method) return std::nullopt;
  if (session_id->size() > max_session_id_bytes) return std::nullopt;
  const Choice choice{TlsVersion{*legacy_version}, std::nullopt};
  if (cursor.at_end()) return choice;
  const auto block = cursor.vector16();
  if (!block || !cursor.at_end()) return std::nullopt;
  return read_extensions(*block, choice);
}

}  // namespace

ServerOpening ServerFlightReader::feed(std::span<const std::uint8_t> bytes) {
  bytes = bytes.first(std::min(bytes.size(), max_server_flight_bytes - read_bytes_));
  while (!bytes.empty() && !over_) {
    std::size_t taken = 1;
    if (record_left_ == 0) {
      take_record_header(bytes.front());
    } else if (header_[0] == handshake_record) {
      taken = take_handshake(bytes);
    } else {
      take_interlude(bytes.front());
    }
    read_bytes_ += taken;
    bytes = bytes.subspan(taken);
  }
  if (!over_ && read_bytes_ == max_server_flight_bytes) give_up();
  return opening_;
}

std::span<const std::uint8_t> ServerFlightReader::leaf() const {
  if (leaf_certificate_ != LeafCertificate::whole) return {};
  return std::span(message_).first(message_bytes_).subspan(leaf_at);
}

void ServerFlightReader::end_with(ServerOpening opening) {
  if (opening_ == ServerOpening::undecided) opening_ = opening;
  over_ = true;
}

void ServerFlightReader::take_record_header(std::uint8_t byte) {
  // Behind a first record of TLS there is TLS, only of a kind that leads nowhere.
  const bool first = read_bytes_ < record_header_bytes;
  const auto stranger = first ? ServerOpening::not_handshake : ServerOpening::unreadable;
  header_.at(header_bytes_++) = byte;
  if (header_bytes_ == 1 && !may_open_with(byte)) return end_with(stranger);
  if (header_bytes_ == 2 && byte != tls_major_version) return end_with(stranger);
  if (header_bytes_ == record_header_bytes) open_record();
}

bool ServerFlightReader::may_open_with(std::uint8_t record_type) const {
  if (record_type == handshake_record) return true;
  const bool before_the_hello = message_bytes_ == 0 && !at_certificate_;
  return before_the_hello && (record_type == alert_record || record_type == change_cipher_spec_record);
}

void ServerFlightReader::open_record() {
  header_bytes_ = 0;
  record_left_ = static_cast<std::size_t>(header_[3]) << 8 | header_[4];
  switch (header_[0]) {
    case change_cipher_spec_record:
      if (record_left_ != 1) give_up();
      break;
    case alert_record:
      if (record_left_ != alert_.size()) give_up();
      break;
    default:
      if (record_left_ == 0 || record_left_ > max_record_bytes) give_up();
  }
}

void ServerFlightReader::take_interlude(std::uint8_t byte) {
  --record_left_;
  if (header_[0] == change_cipher_spec_record) {
    if (byte != 1) return give_up();
  } else {
    alert_.at(alert_.size() - 1 - record_left_) = byte;
    if (record_left_ != 0) return;
    if (alert_[0] == fatal || alert_[1] == close_notify) return end_with(ServerOpening::alert);
    if (alert_[0] != warning) return give_up();
  }
  if (++interludes_ > max_interludes) give_up();
}

std::size_t ServerFlightReader::take_handshake(std::span<const std::uint8_t> bytes) {
  // Never past the byte that proves the next thing, so that it is seen at the same byte however the stream was cut.
  const std::size_t count = std::min({bytes.size(), record_left_, wanted_ - message_bytes_});
  std::copy_n(bytes.begin(), count, std::span(message_).subspan(message_bytes_, count).begin());
  message_bytes_ += count;
  record_left_ -= count;
  if (message_bytes_ != wanted_) return count;
  if (at_certificate_) {
    look_at_certificate();
  } else {
    look_at_server_hello();
  }
  return count;
}

void ServerFlightReader::look_at_server_hello() {
  constexpr std::size_t major_version_at = message_header_bytes;
  constexpr std::size_t random_at = major_version_at + 2;
  switch (wanted_) {
    case 1:
      if (message_[0] != server_hello) return give_up();
      wanted_ = message_header_bytes;
      return;
    case message_header_bytes:
      if (u24(1) < least_server_hello_bytes || u24(1) > message_.size() - message_header_bytes) return give_up();
      wanted_ = major_version_at + 1;
      return;
    case major_version_at + 1:
      if (message_[major_version_at] != tls_major_version) return give_up();
      wanted_ = random_at + random_bytes;
      return;
    case random_at + random_bytes:
      if (std::ranges::equal(std::span(message_).subspan(random_at, random_bytes), hello_retry_random)) {
        return end_with(ServerOpening::hello_retry);
      }
      opening_ = ServerOpening::server_hello;
      wanted_ = message_header_bytes + u24(1);
      return;
    default: read_server_hello();
  }
}

void ServerFlightReader::read_server_hello() {
  const auto choice = read_choice(std::span(message_).first(message_bytes_).subspan(message_header_bytes));
  if (!choice) return end();
  version_ = choice->supported_version.value_or(choice->legacy_version);
  // supported_versions is how TLS 1.3 is chosen, and nothing else may be by it.
  if (choice->supported_version || choice->legacy_version > TlsVersion::tls1_2) return end();
  at_certificate_ = true;
  message_bytes_ = 0;
  wanted_ = 1;
}

void ServerFlightReader::look_at_certificate() {
  switch (wanted_) {
    case 1:
      // A resumed session goes on without, and so do the suites that know no certificates.
      if (message_[0] != certificate) return end();
      wanted_ = message_header_bytes;
      return;
    case message_header_bytes:
      if (u24(1) <= leaf_at - message_header_bytes) return end();
      wanted_ = leaf_at;
      return;
    case leaf_at: {
      const std::size_t list_bytes = u24(4);
      const std::size_t leaf_bytes = u24(7);
      if (u24(1) != 3 + list_bytes || leaf_bytes == 0 || leaf_bytes > list_bytes - 3) return end();
      if (leaf_bytes > max_leaf_bytes) {
        leaf_certificate_ = LeafCertificate::too_large;
        return end();
      }
      wanted_ = leaf_at + leaf_bytes;
      return;
    }
    default: leaf_certificate_ = LeafCertificate::whole; end();
  }
}

std::size_t ServerFlightReader::u24(std::size_t at) const {
  return static_cast<std::size_t>(message_.at(at)) << 16 | static_cast<std::size_t>(message_.at(at + 1)) << 8 |
         message_.at(at + 2);
}

}  // namespace shirgate
