// One client connection from its first byte to the relay: start reading in session.cpp.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "audit/event.hpp"
#include "proxy/dial.hpp"
#include "proxy/first_flight/hello.hpp"
#include "proxy/first_flight/hello_reader.hpp"
#include "proxy/first_flight/ja4.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"
#include "proxy/gate/occupancy.hpp"
#include "proxy/gate/snapshot.hpp"
#include "proxy/ingress/request_head.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {

class Worker;

/// What a client begins with.
enum class Opening : std::uint8_t {
  tls,       ///< a ClientHello
  prelogin,  ///< SQL: TLS comes later, inside TDS packets
  other,     ///< none of these, where the rule lets it
};

/// What the server's answer said of itself in the clear.
struct ServerFacts {
  std::uint16_t version = 0;  ///< 0: it did not say
  bool hello_retry = false;
  std::string names{};  ///< of its certificate, separated by commas
  std::string issuer{};
};

/// What the steps of a session know and leave behind for each other. Lives until the tunnel is handed over.
struct Session {
  /// `ingress` is the door it came in by, and outlives it.
  Session(Worker& worker, const Ingress& ingress, std::unique_ptr<Socket> client, const Endpoint& peer,
          std::uint64_t id);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  static void* operator new(std::size_t size);
  static void operator delete(void* place);

  Worker& worker;
  const Ingress& ingress;
  SnapshotPtr snapshot;  ///< the configuration this request is judged by
  std::unique_ptr<Socket> client;
  Endpoint peer;
  std::uint64_t id;
  SteadyTime accepted_at;
  Permit permit;

  Stage stage = Stage::request;
  std::optional<Name> runtime;  ///< whose client it is, if anybody's
  RequestHead head;
  Verdict verdict;
  std::vector<Address> addresses;  ///< judged
  std::unique_ptr<Socket> upstream;
  Address dialled;
  bool first_use = false;  ///< of this host under its wildcard
  bool opened = false;     ///< the `open` event was taken, so one `close` is owed
  bool confirmed = false;  ///< the client was told 200

  std::optional<Endpoint> original;  ///< where a caught connection was going
  Opening opening = Opening::tls;
  std::optional<Prelogin> offer;  ///< the client's, where it opened with one
  bool answered = false;          ///< the gate itself has answered the offer
  HelloReader hello_reader;
  std::optional<Hello> hello;       ///< views into hello_reader
  std::size_t flight_bytes = 0;     ///< of received(): the hello, with the headers of the packets around it
  std::optional<Ja4> ja4;           ///< of the first hello
  Reason lifted = Reason::allowed;  ///< what of the hello only report mode let through
  ServerFacts server;
  Traffic traffic;  ///< what was relayed before the relay: the first flights
  std::string_view resembles{};

  std::chrono::microseconds dns_time{0};
  std::chrono::microseconds dial_time{0};
  SteadyTime first_flight_at{};  ///< when the client's turn began
  std::chrono::microseconds first_flight_time{0};

  /// What the client sent and nobody has consumed: first the request head, then the first flight. Large enough for
  /// either with room to spare.
  [[nodiscard]] std::string_view received() const { return {bytes_.data(), filled_}; }
  [[nodiscard]] std::span<char> room() { return std::span(bytes_).subspan(filled_); }
  void received_more(std::size_t count) { filled_ += count; }
  void consume(std::size_t count);

  [[nodiscard]] const Target* target() const { return asked ? &asked->target : nullptr; }
  std::optional<Asked> asked;

 private:
  std::size_t filled_ = 0;
  std::array<char, 24 * 1024> bytes_;  // not initialised: only what was received is read
};

/// A reload since the decision has the last word, the dialled address included: `allowed`, or why it has to end.
[[nodiscard]] Reason judge_by_what_is_in_force(const Session& session);

/// The whole life of a session. Ends in a refusal, in a cut, or with the tunnel in the relay's hands; leaves exactly
/// one terminal event either way.
Awaitable<void> serve(std::unique_ptr<Session> session);

/// Answers a connection there is no room for, without reading a byte of it.
Awaitable<void> turn_away(std::unique_ptr<Session> session, Reason reason);

}  // namespace shirgate
