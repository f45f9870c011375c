// One server of the pretend Azure, which remembers who came.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lab/loopback_listener.hpp"
#include "lab/pretend_service.hpp"

namespace shirgate::lab {

/// What the server saw of one connection.
struct SeenConnection {
  std::string sni;
  std::vector<std::string> requests;  ///< "PUT /staging/block"
  std::uint64_t received = 0;         ///< bytes on the wire, from the very first
  std::uint64_t sent = 0;
};

/// How a server begins.
enum class Wire : std::uint8_t {
  tls,
  tds,     ///< PRELOGIN in the clear and TLS in TDS packets, or, for TDS 8, TLS at once: as the client begins
  silent,  ///< takes what comes and says nothing
};

struct Manner {
  Wire wire = Wire::tls;
  std::int64_t bytes_per_second = 0;  ///< each way; 0: as many as there are
};

class PretendEndpoint {
 public:
  /// `strict` is for the clients of Wire::tds who begin with TLS; without it they are none.
  PretendEndpoint(const TlsServerContext& context, Talk talk, Manner manner = {},
                  std::optional<TlsServerContext> strict = std::nullopt);

  [[nodiscard]] const Endpoint& at() const { return listener_.at(); }
  /// Waits until everybody who connected before this call has been served to the end; false when that takes longer.
  [[nodiscard]] bool settle(std::chrono::milliseconds limit) { return listener_.settle(limit); }
  /// Connections that ended since the last call.
  [[nodiscard]] std::vector<SeenConnection> take_seen();

  /// More are not remembered.
  static constexpr std::size_t max_seen = 1024;

 private:
  void serve(BlockingSocket& socket);
  void serve_tds(BlockingSocket& socket, SeenConnection& seen);
  void serve_tls(BlockingSocket& socket, const TlsServerContext& context, InPackets in_packets, SeenConnection& seen);

  TlsServerContext context_;
  std::optional<TlsServerContext> strict_;
  Talk talk_;
  Manner manner_;
  std::mutex mutex_;
  std::vector<SeenConnection> seen_;
  LoopbackListener listener_;  // last: its threads use the rest
};

}  // namespace shirgate::lab
