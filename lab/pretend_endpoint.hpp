// One server of the pretend Azure, which remembers who came.
#pragma once

#include <mutex>
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
  tds,     ///< PRELOGIN in the clear, TLS in TDS packets
  silent,  ///< takes what comes and says nothing
};

struct Manner {
  Wire wire = Wire::tls;
  std::int64_t bytes_per_second = 0;  ///< each way; 0: as many as there are
};

class PretendEndpoint {
 public:
  PretendEndpoint(const TlsServerContext& context, Talk talk, Manner manner = {});

  [[nodiscard]] const Endpoint& at() const { return listener_.at(); }
  /// Waits until everybody who connected before this call has been served to the end; false when that takes longer.
  [[nodiscard]] bool settle(std::chrono::milliseconds limit) { return listener_.settle(limit); }
  /// Connections that ended since the last call.
  [[nodiscard]] std::vector<SeenConnection> take_seen();

  /// More are not remembered.
  static constexpr std::size_t max_seen = 1024;

 private:
  void serve(BlockingSocket& socket);
  void serve_tls(BlockingSocket& socket, SeenConnection& seen);

  TlsServerContext context_;
  Talk talk_;
  Manner manner_;
  std::mutex mutex_;
  std::vector<SeenConnection> seen_;
  LoopbackListener listener_;  // last: its threads use the rest
};

}  // namespace shirgate::lab
