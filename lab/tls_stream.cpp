#include "lab/tls_stream.hpp"

#include <algorithm>
#include <array>

namespace shirgate::lab {

bool TlsStream::flush() {
  out_.clear();
  leg_.pull(out_);
  if (packs_ && !out_.empty()) {
    // A flight fits into one packet: no packet is longer than 64 KiB, and no flight of ours half as long.
    const auto length = out_.size() + tds_header_bytes;
    const std::array<std::uint8_t, tds_header_bytes> header{static_cast<std::uint8_t>(TdsPacketType::prelogin),
                                                            1,
                                                            static_cast<std::uint8_t>(length >> 8),
                                                            static_cast<std::uint8_t>(length & 0xffU),
                                                            0,
                                                            0,
                                                            1,
                                                            0};
    out_.insert(out_.begin(), header.begin(), header.end());
  }
  if (!socket_.write_all(out_)) return false;
  sent_ += out_.size();
  return true;
}

bool TlsStream::feed(std::span<const std::uint8_t> ciphertext) {
  while (!ciphertext.empty()) {
    // Its queue has room for several of these, and is empty whenever more is asked for.
    const auto taken = leg_.feed(ciphertext);
    if (taken == 0) return false;
    ciphertext = ciphertext.subspan(taken);
  }
  return true;
}

bool TlsStream::unpack(std::span<const std::uint8_t> packets) {
  while (!packets.empty()) {
    if (!unpacks_) return feed(packets);
    const auto step = packets_.take(packets);
    if (step.has_error()) {
      give_up("what came is not TLS in TDS packets");
      return false;
    }
    if (!feed(step->payload)) return false;
    packets = packets.subspan(step->taken);
    // Behind the packet that completes the handshake TLS goes on bare, in the same read if need be.
    if (packets_.at_message_end() && leg_.handshake() == Handshake::done) unpacks_ = false;
  }
  return true;
}

bool TlsStream::feed_more() {
  std::array<std::uint8_t, 16384> bytes{};
  const auto got = socket_.read_some(bytes);
  received_ += got;
  return unpack(std::span<const std::uint8_t>(bytes).first(got)) && got > 0;
}

bool TlsStream::handshake() {
  auto state = leg_.handshake();
  while (flush() && state == Handshake::more) {
    if (!feed_more()) break;
    state = leg_.handshake();
  }
  if (state == Handshake::more) give_up("the connection ended during the TLS handshake");
  packs_ = unpacks_ = false;
  return state == Handshake::done && trouble().empty();
}

bool TlsStream::write_all(std::string_view plaintext) {
  while (!plaintext.empty() && trouble().empty()) {
    const auto taken = leg_.write(plaintext);
    plaintext.remove_prefix(taken);
    if (!flush() || taken == 0) break;
  }
  return plaintext.empty() && trouble().empty();
}

std::size_t TlsStream::take_record() {
  std::array<std::uint8_t, 16384> bytes{};
  const auto got = leg_.read(bytes);
  plaintext_.append(reinterpret_cast<const char*>(bytes.data()), got);
  return got;
}

bool TlsStream::stays_quiet(std::chrono::milliseconds how_long) {
  // One read of the socket may have brought several records.
  while (take_record() > 0) {
  }
  return plaintext_.empty() && !leg_.peer_closed() && !leg_.failed() && socket_.stays_quiet(how_long);
}

bool TlsStream::read_more() {
  for (;;) {
    const auto got = take_record();
    if (!flush()) return false;
    if (got > 0) return true;
    if (leg_.peer_closed() || leg_.failed()) return false;
    if (!feed_more()) {
      give_up("the connection was cut without a TLS close_notify");
      return false;
    }
  }
}

std::string TlsStream::read_through(std::string_view end, std::size_t limit) {
  auto at = plaintext_.find(end);
  while (at == std::string::npos && plaintext_.size() < limit && read_more()) at = plaintext_.find(end);
  if (at == std::string::npos) return {};
  auto text = plaintext_.substr(0, at + end.size());
  plaintext_.erase(0, text.size());
  return text;
}

std::string TlsStream::read_up_to(std::size_t count) {
  std::string text = std::move(plaintext_);
  plaintext_.clear();
  while (text.size() < count && read_more()) {
    text += plaintext_;
    plaintext_.clear();
  }
  if (text.size() > count) {
    plaintext_ = text.substr(count);
    text.resize(count);
  }
  return text;
}

void TlsStream::finish() {
  leg_.shutdown();
  if (!flush()) return;
  socket_.shut_writing();
  while (read_more()) plaintext_.clear();
  // Past its close_notify there is only the end of the stream, which is worth waiting for: bytes are counted.
  while (trouble().empty() && feed_more()) {
  }
}

std::string TlsStream::trouble() const {
  if (!trouble_.empty()) return trouble_;
  return leg_.failed() ? leg_.failure() : socket_.trouble();
}

void TlsStream::give_up(std::string_view why) {
  if (trouble().empty()) trouble_ = why;
}

}  // namespace shirgate::lab
