// A client that uses the gate as a self-hosted integration runtime does, or as something does that would like to be
// taken for one.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "certs/tls_context.hpp"
#include "config/settings.hpp"
#include "lab/conversation.hpp"

namespace shirgate::lab {

/// What it sends as soon as the tunnel stands.
enum class FirstBytes : std::uint8_t {
  hello,              ///< a ClientHello for the host it asked for
  hello_for_another,  ///< the same for `other_name`
  hello_without_name,
  second_hello,  ///< for the host; for `other_name` once the server asks again
  not_tls,
  prelogin,  ///< of SQL, then a ClientHello for the host
  strict,    ///< of SQL in TDS 8: a ClientHello for the host, which says so
};

struct Approach {
  std::string host;
  std::uint16_t port = 443;
  FirstBytes first_bytes = FirstBytes::hello;
  std::string other_name{};
  Conversation talk = nullptr;        ///< none: the handshake is all
  std::optional<Endpoint> door = {};  ///< of a [[forward]], which knows no CONNECT
};

/// What the client saw.
struct Visit {
  std::uint16_t local_port = 0;  ///< finds the attempt in the audit log; 0: it got no connection
  int status = 0;                ///< the gate's answer to CONNECT; 200 at a door
  std::string said{};            ///< the one line that came with a refusal
  std::optional<int> alert{};    ///< TLS alert that ended the tunnel
  bool untrusted = false;        ///< the server's certificate was not accepted
  std::string trouble{};         ///< why it did not work; empty when it did
  std::uint64_t sent = 0;        ///< through the tunnel, on the wire
  std::uint64_t received = 0;
  std::uint64_t first_hello = 0;  ///< bytes of it, where a second was sent
  std::chrono::microseconds took{0};

  [[nodiscard]] bool works() const { return status == 200 && trouble.empty(); }
};

class PretendShir {
 public:
  PretendShir(const Endpoint& gate, std::string_view ca_pem);

  /// One connection from its CONNECT to its end; never longer than visit_limit. Any thread.
  [[nodiscard]] Visit visit(const Approach& approach) const;

  static constexpr std::chrono::seconds visit_limit{30};

 private:
  void go_through(BlockingSocket& socket, const Approach& approach, Visit& visit) const;
  void use_tunnel(BlockingSocket& socket, const Approach& approach, Visit& visit) const;
  void use_tls(BlockingSocket& socket, const Approach& approach, Visit& visit) const;
  void slip_in(BlockingSocket& socket, const Approach& approach, Visit& visit) const;

  Endpoint gate_;
  TlsClientContext trust_;
  TlsClientContext strict_;  ///< the same, for TDS 8
};

}  // namespace shirgate::lab
