// A client and a pretend server with a TLS connection between them and no gate.
#pragma once

#include <memory>

#include "certs/lab_authority.hpp"
#include "lab/loopback_listener.hpp"
#include "lab/tls_stream.hpp"

namespace shirgate::lab {

class TlsPair {
 public:
  using ServeTls = std::function<void(TlsStream& stream)>;

  explicit TlsPair(ServeTls serve)
      : context_(authority_, "server.lab"),
        listener_([this, serve = std::move(serve)](BlockingSocket& socket) {
          TlsStream stream(socket, TlsLeg::server(context_));
          if (stream.handshake()) serve(stream);
        }),
        socket_(*BlockingSocket::connect_to(listener_.at(), BlockingSocket::Clock::now() + std::chrono::seconds(10))),
        client_(socket_, TlsLeg::client(TlsClientContext::trusting(authority_->ca_pem()), "server.lab")) {}

  [[nodiscard]] TlsStream& client() { return client_; }

 private:
  std::shared_ptr<LabAuthority> authority_ = std::make_shared<LabAuthority>();
  TlsServerContext context_;
  LoopbackListener listener_;
  BlockingSocket socket_;
  TlsStream client_;
};

}  // namespace shirgate::lab
