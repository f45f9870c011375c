// One HTTPS server of the pretend Azure, which remembers who came.
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

class PretendEndpoint {
 public:
  PretendEndpoint(const TlsServerContext& context, Service service);

  [[nodiscard]] const Endpoint& at() const { return listener_.at(); }
  /// Waits until everybody who connected before this call has been served to the end; false when that takes longer.
  [[nodiscard]] bool settle(std::chrono::milliseconds limit) { return listener_.settle(limit); }
  /// Connections that ended since the last call.
  [[nodiscard]] std::vector<SeenConnection> take_seen();

  /// More are not remembered.
  static constexpr std::size_t max_seen = 1024;

 private:
  void serve(BlockingSocket& socket);

  TlsServerContext context_;
  Service service_;
  std::mutex mutex_;
  std::vector<SeenConnection> seen_;
  LoopbackListener listener_;  // last: its threads use the rest
};

}  // namespace shirgate::lab
