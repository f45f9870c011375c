#include "lab/conversation.hpp"

#include <fmt/format.h>

#include "certs/digest.hpp"
#include "lab/http_message.hpp"
#include "lab/pretend_service.hpp"
#include "lab/websocket.hpp"

namespace shirgate::lab {
namespace {

HttpMessage request(std::string_view what, const std::string& host) {
  return {fmt::format("{} HTTP/1.1", what), {{"host", host}, {"user-agent", "pretend-shir"}}};
}

/// Asks, and says whether the answer has this status.
std::optional<HttpMessage> ask_for(TlsStream& stream, const HttpMessage& question, int status) {
  auto answer = ask(stream, question);
  if (!answer || answer->status() == status) return answer;
  stream.give_up(fmt::format("{} was answered {}", question.start_line, answer->status()));
  return std::nullopt;
}

}  // namespace

void talk_to_control(TlsStream& stream, const std::string& host) {
  auto registration = request("POST /register", host);
  registration.fields["content-type"] = "application/json";
  registration.body = R"({"nodeName":"shir-01","machine":"SHIR01"})";
  if (!ask_for(stream, registration, 200)) return;
  if (!ask_for(stream, request("GET /heartbeat", host), 200)) return;
  const auto jobs = ask_for(stream, request("GET /jobs", host), 200);
  if (jobs && jobs->body.find("\"jobs\"") == std::string::npos) stream.give_up("the list of jobs is none");
}

void talk_to_relay(TlsStream& stream, const std::string& host) {
  constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
  auto upgrade = request("GET /$hc/contoso-prod?sb-hc-action=listen", host);
  upgrade.fields.insert({{"upgrade", "websocket"},
                         {"connection", "Upgrade"},
                         {"sec-websocket-version", "13"},
                         {"sec-websocket-key", std::string(key)}});
  const auto upgraded = ask_for(stream, upgrade, 101);
  if (!upgraded) return;
  if (upgraded->field("sec-websocket-accept") != websocket_accept(key))
    return stream.give_up("the relay's Sec-WebSocket-Accept is not for our key");
  stream.write_all(to_text(Frame{Opcode::ping, "still there?"}, Masked::yes));
  const auto pong = read_frame(stream);
  if (!pong || pong->opcode != Opcode::pong || pong->payload != "still there?")
    return stream.give_up("the relay did not answer a ping");
  stream.write_all(to_text(Frame{Opcode::close, {}}, Masked::yes));
  const auto goodbye = read_frame(stream);
  if (!goodbye || goodbye->opcode != Opcode::close) stream.give_up("the relay did not say goodbye");
}

void talk_to_update(TlsStream& stream, const std::string& host) {
  const auto installer = ask_for(stream, request("GET /download/E/4/7/IntegrationRuntime.msi", host), 200);
  if (!installer) return;
  if (installer->body.size() != installer_bytes)
    return stream.give_up(fmt::format("the installer has {} bytes", installer->body.size()));
  if (to_hex(sha256(installer->body)) != installer->field(sha256_field))
    stream.give_up("the installer's SHA-256 is not the one stated");
}

void talk_to_staging(TlsStream& stream, const std::string& host) {
  auto upload = request("PUT /staging/block-0001", host);
  upload.body = pretend_bytes(staged_bytes, 20260101);
  const auto digest = to_hex(sha256(upload.body));
  const auto stored = ask_for(stream, upload, 201);
  if (!stored) return;
  if (stored->field(sha256_field) != digest) return stream.give_up("the stored block's SHA-256 is not ours");
  const auto block = ask_for(stream, request("GET /staging/block-0001", host), 200);
  if (block && to_hex(sha256(block->body)) != digest) stream.give_up("the block came back with another SHA-256");
}

void talk_to_key_vault(TlsStream& stream, const std::string& host) {
  const auto secret = ask_for(stream, request("GET /secrets/sql?api-version=7.4", host), 200);
  if (secret && secret->body.find("\"enabled\":true") == std::string::npos)
    stream.give_up("the vault does not know the secret");
}

}  // namespace shirgate::lab
