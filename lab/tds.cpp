#include "lab/tds.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <span>

#include "proxy/first_flight/tds_prelogin.hpp"

namespace shirgate::lab {
namespace {

constexpr std::uint8_t batch = 0x01;
constexpr std::uint8_t response = 0x04;
constexpr std::uint8_t login7 = 0x10;
constexpr auto prelogin = static_cast<std::uint8_t>(TdsPacketType::prelogin);
constexpr std::uint8_t error_token = 0xaa;
constexpr std::uint8_t login_ack_token = 0xad;
constexpr std::uint8_t done_token = 0xfd;
constexpr std::uint8_t row_token = 0xd1;
constexpr std::uint8_t columns_token = 0x81;
constexpr std::size_t fixed_login_bytes = 94;
constexpr std::size_t user_field = 40;  ///< offset and length of the user's name, in LOGIN7
constexpr std::uint32_t login_failed = 18456;
constexpr std::string_view row_text = "shirgate";

/// How a version is written in a login and, the other way round, in the answer to it.
struct TdsVersion {
  std::uint32_t in_login;
  std::uint32_t in_answer;
};
constexpr TdsVersion tds74{0x74000004, 0x04000074};
constexpr TdsVersion tds8{0x08000000, 0x00000008};

bool speaks_tds8(const TlsStream& stream) { return stream.leg().alpn() == tds8_protocol; }
TdsVersion version_of(const TlsStream& stream) { return speaks_tds8(stream) ? tds8 : tds74; }

std::string u8(std::uint64_t value) { return {static_cast<char>(value & 0xffU)}; }
std::string u16(std::uint64_t value) { return u8(value) + u8(value >> 8); }
std::string u32(std::uint64_t value) { return u16(value) + u16(value >> 16); }
std::string u64(std::uint64_t value) { return u32(value) + u32(value >> 32); }

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// UTF-16LE of ASCII, which is all the lab says.
std::string wide(std::string_view text) {
  std::string all;
  for (const char c : text) all += std::string{c, '\0'};
  return all;
}

std::string narrow(std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < text.size(); i += 2) all += text[i];
  return all;
}

std::size_t u16_at(std::string_view bytes, std::size_t at) {
  if (at + 2 > bytes.size()) return 0;
  return static_cast<unsigned char>(bytes[at]) | static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + 1]))
                                                     << 8;
}

std::string short_text(std::string_view text) { return u8(text.size()) + wide(text); }
std::string token(std::uint8_t kind, const std::string& body) { return u8(kind) + u16(body.size()) + body; }
std::string done(std::uint16_t status, std::uint64_t rows) {
  return u8(done_token) + u16(status) + u16(0xc1) + u64(rows);
}

/// One packet, the last of its message; the lab's messages are shorter than a packet may be.
std::string packet(std::uint8_t kind, std::string_view payload) {
  const auto length = payload.size() + tds_header_bytes;
  return u8(kind) + u8(1) + u8(length >> 8) + u8(length) + u16(0) + u8(1) + u8(0) + std::string(payload);
}

struct Message {
  std::uint8_t kind = 0;
  std::string payload;
};

/// Nothing when the stream ends first, or the message goes on in further packets.
std::optional<Message> read_packet(TlsStream& stream) {
  const auto header = stream.read_up_to(tds_header_bytes);
  if (header.size() < tds_header_bytes) return std::nullopt;
  const auto length =
      static_cast<std::size_t>(static_cast<unsigned char>(header[2])) << 8 | static_cast<unsigned char>(header[3]);
  if (length < tds_header_bytes || header[1] != 1) {
    stream.give_up("what came is no TDS message of one packet");
    return std::nullopt;
  }
  Message message{static_cast<std::uint8_t>(header[0]), stream.read_up_to(length - tds_header_bytes)};
  if (message.payload.size() < length - tds_header_bytes) return std::nullopt;
  return message;
}

std::string login_message(std::string_view user, TdsVersion version) {
  const auto name = wide(user);
  std::string fixed = u32(fixed_login_bytes + name.size()) + u32(version.in_login) + u32(4096);
  fixed.resize(fixed_login_bytes, '\0');
  const auto field = u16(fixed_login_bytes) + u16(user.size());
  return fixed.replace(user_field, field.size(), field) + name;
}

/// The user's name; empty where the login is cut short.
std::string user_in(std::string_view login) {
  const auto at = u16_at(login, user_field);
  const auto bytes = 2 * u16_at(login, user_field + 2);
  return at + bytes <= login.size() ? narrow(login.substr(at, bytes)) : std::string();
}

std::string welcome(TdsVersion version) {
  const auto program = short_text("Microsoft SQL Server") + u8(16) + u8(0) + u8(0x10) + u8(0x5b);
  return token(login_ack_token, u8(1) + u32(version.in_answer) + program) + done(0, 0);
}

std::string refusal(std::string_view user) {
  const auto words = fmt::format("Login failed for user '{}'.", user);
  const auto body = u32(login_failed) + u8(1) + u8(14) + u16(words.size()) + wide(words) + short_text("contoso-sql") +
                    short_text("") + u32(1);
  return token(error_token, body) + done(2, 0);
}

std::string one_row() {
  const auto collation = u32(0x00d00409) + u8(0x34);
  const auto columns =
      u8(columns_token) + u16(1) + u32(0) + u16(8) + u8(0xe7) + u16(8000) + collation + short_text("s");
  return columns + u8(row_token) + u16(2 * row_text.size()) + wide(row_text) + done(0x10, 1);
}

/// Of encryption there is nothing left to agree on: it is there.
std::string prelogin_in_tls(std::uint8_t kind) {
  const auto whole =
      rebuild({.version = {16, 0, 0x10, 0x5b, 0, 0}, .encryption = TdsEncryption::not_supported, .mars = false});
  return packet(kind, std::string(whole.begin() + tds_header_bytes, whole.end()));
}

/// Server. False, with the reason as trouble, where none comes.
bool answer_prelogin_in_tls(TlsStream& stream) {
  const auto offer = read_packet(stream);
  if (offer && offer->kind == prelogin && parse_prelogin(bytes_of(offer->payload)).has_value())
    return stream.write_all(prelogin_in_tls(response));
  stream.give_up("no PRELOGIN came");
  return false;
}

/// Client. The same.
bool exchange_prelogin_in_tls(TlsStream& stream) {
  stream.write_all(prelogin_in_tls(prelogin));
  const auto answer = read_packet(stream);
  if (answer && answer->kind == response && parse_prelogin_answer(bytes_of(answer->payload)).has_value()) return true;
  stream.give_up("the SQL server did not answer PRELOGIN");
  return false;
}

void serve_sql(TlsStream& stream, const std::string& login, std::vector<std::string>& requests) {
  if (speaks_tds8(stream) && !answer_prelogin_in_tls(stream)) return;
  auto message = read_packet(stream);
  if (!message || message->kind != login7) return stream.give_up("no LOGIN7 came");
  const auto user = user_in(message->payload);
  requests.push_back("LOGIN7 " + user);
  if (user != login) {
    stream.write_all(packet(response, refusal(user)));
    return;
  }
  stream.write_all(packet(response, welcome(version_of(stream))));
  while ((message = read_packet(stream))) {
    requests.emplace_back("query");
    stream.write_all(packet(response, one_row()));
  }
}

/// What an ERROR token says, where an answer begins with one.
std::string error_in(std::string_view answer) {
  constexpr std::size_t words_at = 9;  // token, length, number, state, class
  if (answer.empty() || static_cast<std::uint8_t>(answer[0]) != error_token) return {};
  return narrow(answer.substr(std::min(words_at + 2, answer.size()), 2 * u16_at(answer, words_at)));
}

/// Reads the one message a side opens with.
std::optional<std::vector<std::uint8_t>> read_opening(BlockingSocket& socket, TdsPacketType type,
                                                      std::uint64_t& received) {
  PreloginReader reader(type);
  // Byte by byte, because what follows belongs to TLS.
  std::array<std::uint8_t, 1> byte{};
  for (;;) {
    if (socket.read_some(byte) == 0) return std::nullopt;
    ++received;
    const auto progress = reader.feed(byte);
    if (progress.has_error()) return std::nullopt;
    if (*progress == HelloProgress::done) break;
  }
  const auto payload = reader.payload();
  return std::vector<std::uint8_t>(payload.begin(), payload.end());
}

}  // namespace

bool answer_prelogin(BlockingSocket& socket, std::uint64_t& received, std::uint64_t& sent) {
  const auto payload = read_opening(socket, TdsPacketType::prelogin, received);
  if (!payload) return false;
  const auto offer = parse_prelogin(*payload);
  if (offer.has_error()) return false;
  const auto answer = answer_to(*offer);
  if (!socket.write_all(answer)) return false;
  sent += answer.size();
  return true;
}

bool exchange_prelogin(BlockingSocket& socket, std::uint64_t& received, std::uint64_t& sent) {
  const auto offer = rebuild({.version = {4, 6, 57, 0, 0, 0}, .encryption = TdsEncryption::on, .mars = false});
  if (!socket.write_all(offer)) return false;
  sent += offer.size();
  return read_opening(socket, TdsPacketType::response, received).has_value();
}

Talk sql_talk(std::string login) {
  return [login = std::move(login)](TlsStream& stream, std::vector<std::string>& requests) {
    serve_sql(stream, login, requests);
  };
}

void log_in_and_query(TlsStream& stream, std::string_view login) {
  if (speaks_tds8(stream) && !exchange_prelogin_in_tls(stream)) return;
  stream.write_all(packet(login7, login_message(login, version_of(stream))));
  const auto greeting = read_packet(stream);
  if (!greeting) return stream.give_up("the SQL server did not answer the login");
  if (const auto error = error_in(greeting->payload); !error.empty()) return stream.give_up(error);
  if (greeting->payload.empty() || static_cast<std::uint8_t>(greeting->payload[0]) != login_ack_token)
    return stream.give_up("the SQL server's answer to the login is none");
  const auto headers = u32(22) + u32(18) + u16(2) + u64(0) + u32(1);
  stream.write_all(packet(batch, headers + wide("select s from staging")));
  const auto rows = read_packet(stream);
  if (!rows || rows->payload.find(wide(row_text)) == std::string::npos) stream.give_up("the SQL server sent no row");
}

}  // namespace shirgate::lab
