// Two legs with nothing between them but this file: what one wants to send is fed to the other.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "certs/tls_leg.hpp"

namespace shirgate {

/// Carries what `from` wants to send, `piece` bytes at a time, and lets `to` handshake after each. True if anything
/// moved.
inline bool carry(TlsLeg& from, TlsLeg& to, std::size_t piece = 16384) {
  std::vector<std::uint8_t> bytes;
  if (from.pull(bytes) == 0) return false;
  for (std::span<const std::uint8_t> left = bytes; !left.empty();) {
    const std::size_t taken = to.feed(left.first(std::min(piece, left.size())));
    if (taken == 0) return true;  // the other side's queue is full, and a test that needs the rest will miss it
    left = left.subspan(taken);
    to.handshake();
  }
  return true;
}

/// Shakes hands until neither side has anything left to say.
inline void shake_hands(TlsLeg& client, TlsLeg& server, std::size_t piece = 16384) {
  client.handshake();
  bool moved = true;
  while (moved) {
    moved = carry(client, server, piece);
    moved = carry(server, client, piece) || moved;
  }
}

/// Everything `leg` can read now.
inline std::string read_all(TlsLeg& leg) {
  std::string text;
  std::vector<std::uint8_t> buffer(20000);
  while (const std::size_t got = leg.read(buffer)) text.append(buffer.begin(), buffer.begin() + static_cast<long>(got));
  return text;
}

/// What `to` reads after everything `from` has queued was carried over.
inline std::string deliver(TlsLeg& from, TlsLeg& to) {
  carry(from, to);
  return read_all(to);
}

}  // namespace shirgate
