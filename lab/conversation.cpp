#include "lab/conversation.hpp"

#include <fmt/format.h>

#include "certs/digest.hpp"
#include "lab/pretend_service.hpp"
#include "lab/websocket.hpp"

namespace shirgate::lab {
namespace {

/// One that pings on and on answers nothing else.
constexpr int most_pings = 100;

bool answer_ping(TlsStream& stream, const Frame& asked) {
  return stream.write_all(to_text(Frame{Opcode::pong, asked.payload}, Masked::yes));
}

}  // namespace

HttpMessage request_to(const std::string& host, std::string_view what) {
  return {fmt::format("{} HTTP/1.1", what), {{"host", host}, {"user-agent", "pretend-shir"}}};
}

std::optional<HttpMessage> ask_for(TlsStream& stream, const HttpMessage& question, int status) {
  auto answer = ask(stream, question);
  if (!answer || answer->status() == status) return answer;
  stream.give_up(fmt::format("{} was answered {}", question.start_line, answer->status()));
  return std::nullopt;
}

void register_node(TlsStream& stream, const std::string& host) {
  auto registration = request_to(host, "POST /register");
  registration.fields["content-type"] = "application/json";
  registration.body = R"({"nodeName":"shir-01","machine":"SHIR01"})";
  static_cast<void>(ask_for(stream, registration, 200));
}

void send_heartbeat(TlsStream& stream, const std::string& host) {
  if (!ask_for(stream, request_to(host, "GET /heartbeat"), 200)) return;
  const auto jobs = ask_for(stream, request_to(host, "GET /jobs"), 200);
  if (jobs && jobs->body.find("\"jobs\"") == std::string::npos) stream.give_up("the list of jobs is none");
}

void talk_to_control(TlsStream& stream, const std::string& host) {
  register_node(stream, host);
  if (stream.trouble().empty()) send_heartbeat(stream, host);
}

bool open_websocket(TlsStream& stream, const std::string& host, std::string_view path) {
  constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
  auto upgrade = request_to(host, fmt::format("GET {}", path));
  upgrade.fields.insert({{"upgrade", "websocket"},
                         {"connection", "Upgrade"},
                         {"sec-websocket-version", "13"},
                         {"sec-websocket-key", std::string(key)}});
  const auto upgraded = ask_for(stream, upgrade, 101);
  if (!upgraded) return false;
  if (upgraded->field("sec-websocket-accept") == websocket_accept(key)) return true;
  stream.give_up("the relay's Sec-WebSocket-Accept is not for our key");
  return false;
}

bool ping(TlsStream& stream) {
  stream.write_all(to_text(Frame{Opcode::ping, "still there?"}, Masked::yes));
  auto pong = read_frame(stream);
  for (int pings = 0; pings < most_pings && pong && pong->opcode == Opcode::ping; ++pings)
    pong = answer_ping(stream, *pong) ? read_frame(stream) : std::nullopt;
  if (pong && pong->opcode == Opcode::pong && pong->payload == "still there?") return true;
  stream.give_up("the relay did not answer a ping");
  return false;
}

bool answer_pings(TlsStream& stream, int count) {
  for (; count > 0; --count) {
    const auto asked = read_frame(stream);
    if (asked && asked->opcode == Opcode::ping && answer_ping(stream, *asked)) continue;
    stream.give_up("the relay did not ask whether the node is still there");
    return false;
  }
  return true;
}

void close_websocket(TlsStream& stream) {
  stream.write_all(to_text(Frame{Opcode::close, {}}, Masked::yes));
  auto goodbye = read_frame(stream);
  // A ping may have been on its way; after a goodbye nobody answers.
  for (int pings = 0; pings < most_pings && goodbye && goodbye->opcode == Opcode::ping; ++pings)
    goodbye = read_frame(stream);
  if (!goodbye || goodbye->opcode != Opcode::close) stream.give_up("the relay did not say goodbye");
}

void talk_to_relay(TlsStream& stream, const std::string& host) {
  if (open_websocket(stream, host, "/$hc/contoso-prod?sb-hc-action=listen") && ping(stream)) close_websocket(stream);
}

void talk_to_update(TlsStream& stream, const std::string& host) {
  const auto installer = ask_for(stream, request_to(host, fmt::format("GET {}", installer_path)), 200);
  if (!installer) return;
  if (installer->body.size() != installer_bytes)
    return stream.give_up(fmt::format("the installer has {} bytes", installer->body.size()));
  if (to_hex(sha256(installer->body)) != installer->field(sha256_field))
    stream.give_up("the installer's SHA-256 is not the one stated");
}

void talk_to_staging(TlsStream& stream, const std::string& host) {
  auto upload = request_to(host, "PUT /staging/block-0001");
  upload.body = pretend_bytes(staged_bytes, 20260101);
  const auto digest = to_hex(sha256(upload.body));
  const auto stored = ask_for(stream, upload, 201);
  if (!stored) return;
  if (stored->field(sha256_field) != digest) return stream.give_up("the stored block's SHA-256 is not ours");
  const auto block = ask_for(stream, request_to(host, "GET /staging/block-0001"), 200);
  if (block && to_hex(sha256(block->body)) != digest) stream.give_up("the block came back with another SHA-256");
}

void talk_to_key_vault(TlsStream& stream, const std::string& host) {
  const auto secret = ask_for(stream, request_to(host, "GET /secrets/sql?api-version=7.4"), 200);
  if (secret && secret->body.find("\"enabled\":true") == std::string::npos)
    stream.give_up("the vault does not know the secret");
}

}  // namespace shirgate::lab
