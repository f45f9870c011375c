#include "lab/websocket.hpp"

#include <algorithm>
#include <array>
#include <boost/uuid/detail/sha1.hpp>

#include "lab/base64.hpp"

namespace shirgate::lab {
namespace {

constexpr std::size_t longest_short_payload = 125;
constexpr unsigned length_follows = 126;   // in the next two bytes
constexpr std::string_view mask = "lab!";  // hides nothing on purpose: the masks of real clients protect dumb proxies

void apply_mask(std::string& payload, std::string_view key) {
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  boost::uuids::detail::sha1 hash;
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  hash.process_bytes(text.data(), text.size());
  boost::uuids::detail::sha1::digest_type words;
  hash.get_digest(words);
  std::string digest;
  for (const auto part : words)
    for (const unsigned shift : {24U, 16U, 8U, 0U}) digest.push_back(static_cast<char>(part >> shift & 255U));
  return base64(digest);
}

std::string to_text(const Frame& frame, Masked masked) {
  auto payload = frame.payload.substr(0, longest_payload);
  const bool is_short = payload.size() <= longest_short_payload;
  const unsigned mask_bit = masked == Masked::yes ? 0x80U : 0U;
  std::string text{static_cast<char>(0x80U | static_cast<unsigned>(frame.opcode)),
                   static_cast<char>(mask_bit | (is_short ? payload.size() : length_follows))};
  if (!is_short) text += {static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size() & 0xffU)};
  if (masked == Masked::yes) {
    text += mask;
    apply_mask(payload, mask);
  }
  return text + payload;
}

std::optional<Frame> read_frame(TlsStream& stream) {
  const auto byte = [](char c) { return static_cast<std::size_t>(static_cast<unsigned char>(c)); };
  const auto head = stream.read_up_to(2);
  if (head.size() < 2) return std::nullopt;
  const bool masked = (byte(head[1]) & 0x80U) != 0;
  auto length = byte(head[1]) & 0x7fU;
  if (length == length_follows) {
    const auto more = stream.read_up_to(2);
    if (more.size() < 2) return std::nullopt;
    length = byte(more[0]) << 8 | byte(more[1]);
  }
  if (length > longest_payload || (byte(head[1]) & 0x7fU) > length_follows) {
    stream.give_up("a WebSocket frame longer than the lab reads");
    return std::nullopt;
  }
  const auto key = stream.read_up_to(masked ? 4 : 0);
  Frame frame{static_cast<Opcode>(byte(head[0]) & 0x0fU), stream.read_up_to(length)};
  if (frame.payload.size() < length || (masked && key.size() < 4)) return std::nullopt;
  if (masked) apply_mask(frame.payload, key);
  return frame;
}

}  // namespace shirgate::lab
