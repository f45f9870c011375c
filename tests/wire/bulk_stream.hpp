// A client that sends through its tunnel as fast as it goes, and an upstream that reads it all, each on its own thread.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "certs/digest.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {

/// Runs from the start; the tunnel must outlive it.
class BulkStream {
 public:
  explicit BulkStream(OpenTunnel& tunnel)
      : sender_([this, &tunnel] { send(tunnel.client); }), reader_([this, &tunnel] { read(tunnel.upstream); }) {}
  ~BulkStream() { end(); }
  BulkStream(const BulkStream&) = delete;
  BulkStream& operator=(const BulkStream&) = delete;

  /// The client finishes; returns when the upstream has read to the end of the stream.
  void end() {
    go_on_ = false;
    if (sender_.joinable()) sender_.join();
    if (reader_.joinable()) reader_.join();
  }
  [[nodiscard]] std::size_t received() const { return received_; }
  /// Both after end().
  [[nodiscard]] std::size_t sent() const { return sent_; }
  [[nodiscard]] bool arrived_unchanged() const { return received_ == sent_ && digest_received_ == digest_sent_; }

 private:
  void send(Peer& client) {
    Sha256 digest;
    std::string piece(std::size_t{48} * 1024, '\0');
    for (std::uint64_t n = 1; go_on_; ++n) {
      for (std::size_t i = 0; i < piece.size(); i += 512) piece[i] = static_cast<char>(n * 37 + i / 512);
      if (!client.send(piece)) break;
      digest.add(piece);
      sent_ += piece.size();
    }
    client.half_close();
    digest_sent_ = digest.finish();
  }
  void read(Peer& upstream) {
    Sha256 digest;
    for (;;) {
      const auto piece = upstream.receive(std::size_t{32} * 1024);
      digest.add(piece);
      received_ += piece.size();
      if (piece.size() < std::size_t{32} * 1024) break;
    }
    digest_received_ = digest.finish();
  }

  std::atomic<bool> go_on_{true};
  std::atomic<std::size_t> sent_{0};
  std::atomic<std::size_t> received_{0};
  decltype(Sha256().finish()) digest_sent_{};
  decltype(Sha256().finish()) digest_received_{};
  std::thread sender_;
  std::thread reader_;
};

}  // namespace shirgate::wire
