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
#include "proxy/gate/occupancy.hpp"
#include "proxy/gate/snapshot.hpp"
#include "proxy/ingress/request_head.hpp"
#include "proxy/loop/socket.hpp"

namespace shirgate {

class Worker;

/// What the steps of a session know and leave behind for each other. Lives until the tunnel is handed over.
struct Session {
  Session(Worker& worker, std::unique_ptr<Socket> client, const Endpoint& peer, std::uint64_t id);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Worker& worker;
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
  bool opened = false;     ///< the `open` event was accepted, so one `close` is owed

  HelloReader hello_reader;
  std::optional<Hello> hello;
  bool speaks_plain_tls = true;  ///< a TLS alert would be understood
  Traffic traffic;               ///< what was relayed before the relay: a PRELOGIN and its answer
  std::string_view resembles{};

  std::chrono::microseconds dns_time{0};
  std::chrono::microseconds dial_time{0};
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

/// The whole life of a session. Ends in a refusal, in a cut, or with the tunnel in the relay's hands; leaves exactly
/// one terminal event either way.
Awaitable<void> serve(std::unique_ptr<Session> session);

/// Answers a connection there is no room for, without reading a byte of it.
Awaitable<void> turn_away(std::unique_ptr<Session> session, Reason reason);

}  // namespace shirgate
