#include "lab/pretend_service.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "certs/digest.hpp"
#include "lab/bytes_answer.hpp"
#include "lab/storage_account.hpp"
#include "lab/websocket.hpp"

namespace shirgate::lab {
namespace {

HttpMessage json_answer(std::string body) {
  return {"HTTP/1.1 200 OK", {{"content-type", "application/json; charset=utf-8"}}, std::move(body)};
}

HttpMessage not_found() { return {"HTTP/1.1 404 Not Found"}; }

HttpMessage answer_control(const HttpMessage& request) {
  if (request.method() == "POST" && request.path() == "/register")
    return json_answer(R"({"nodeName":"shir-01","status":"Registered","version":"5.40.8000.1"})");
  if (request.path() == "/heartbeat") return json_answer(R"({"status":"Online","nextHeartbeatSeconds":30})");
  if (request.path() == "/jobs")
    return json_answer(
        fmt::format(R"({{"jobs":[{{"id":"copy-1","activity":"Copy","staging":"{}"}}]}})", staging_account));
  if (request.path() == "/authoring") return json_answer(R"({"request":"list tables","of":"sql"})");
  return not_found();
}

HttpMessage answer_relay(const HttpMessage& request) {
  const auto key = request.field("sec-websocket-key");
  if (request.field("upgrade") != "websocket" || key.empty()) return {"HTTP/1.1 426 Upgrade Required"};
  return {"HTTP/1.1 101 Switching Protocols",
          {{"upgrade", "websocket"}, {"connection", "Upgrade"}, {"sec-websocket-accept", websocket_accept(key)}}};
}

HttpMessage answer_key_vault(const HttpMessage& request) {
  if (!request.path().starts_with("/secrets/")) return not_found();
  return json_answer(R"({"id":"https://contoso-kv.vault.azure.net/secrets/sql","attributes":{"enabled":true}})");
}

HttpMessage answer_guarded_key_vault(const HttpMessage& request) {
  if (request.field("authorization") == fmt::format("Bearer {}", pretend_token)) return answer_key_vault(request);
  return {"HTTP/1.1 401 Unauthorized",
          {{"www-authenticate",
            R"(Bearer authorization="https://login.microsoftonline.com/lab", resource="https://vault.azure.net")"}}};
}

HttpMessage answer_token(const HttpMessage& request) {
  if (request.method() != "POST" || !request.path().ends_with("/oauth2/v2.0/token")) return not_found();
  return json_answer(fmt::format(R"({{"token_type":"Bearer","expires_in":3599,"access_token":"{}"}})", pretend_token));
}

/// Until the goodbye. Pings whoever says nothing for `quiet`, if that is given.
void answer_frames(TlsStream& stream, std::optional<std::chrono::milliseconds> quiet = std::nullopt) {
  bool awaits_pong = false;
  for (;;) {
    if (quiet && !awaits_pong && stream.stays_quiet(*quiet))
      awaits_pong = stream.write_all(to_text(Frame{Opcode::ping, "still there?"}, Masked::no));
    const auto frame = read_frame(stream);
    if (!frame) return;
    if (frame->opcode == Opcode::pong) awaits_pong = false;
    if (frame->opcode == Opcode::ping) stream.write_all(to_text(Frame{Opcode::pong, frame->payload}, Masked::no));
    if (frame->opcode != Opcode::close) continue;
    stream.write_all(to_text(*frame, Masked::no));
    return;
  }
}

/// One request after the other, until the peer has finished or the connection speaks something else.
void answer_requests(TlsStream& stream, const Service& service, const WebSocketService& websocket,
                     std::vector<std::string>& requests) {
  while (const auto request = read_message(stream)) {
    requests.push_back(fmt::format("{} {}", request->method(), request->path()));
    const auto answer = service(*request);
    if (!stream.write_all(to_text(answer))) return;
    if (answer.status() != 101) continue;
    return websocket ? websocket(stream, *request) : answer_frames(stream);
  }
}

}  // namespace

std::string blob_host(std::string_view account) { return fmt::format("{}.blob.core.windows.net", account); }

Talk http_talk(Service service, WebSocketService websocket) {
  return [service = std::move(service), websocket = std::move(websocket)](TlsStream& stream,
                                                                          std::vector<std::string>& requests) {
    answer_requests(stream, service, websocket, requests);
  };
}

Service control_service() { return answer_control; }

Service relay_service() { return answer_relay; }

WebSocketService relay_websocket(std::string rendezvous, std::chrono::milliseconds quiet) {
  return [rendezvous = std::move(rendezvous), quiet](TlsStream& stream, const HttpMessage& upgrade) {
    const bool listens = upgrade.path().find("sb-hc-action=listen") != std::string_view::npos;
    const auto says =
        listens ? fmt::format(R"({{"accept":{{"address":"wss://{}/$hc/contoso-prod?sb-hc-action=accept","id":"1"}}}})",
                              rendezvous)
                : std::string(R"({"request":"list tables"})");
    stream.write_all(to_text(Frame{Opcode::text, says}, Masked::no));
    answer_frames(stream, listens ? std::optional(quiet) : std::nullopt);
  };
}

Service update_service() {
  const auto installer = std::make_shared<const std::string>(pretend_bytes(installer_bytes, 839822));
  return [installer](const HttpMessage& request) {
    return request.method() == "GET" ? answer_with(*installer, request) : not_found();
  };
}

Service short_link_service(std::string host) {
  return [host = std::move(host)](const HttpMessage&) {
    return HttpMessage{"HTTP/1.1 302 Found", {{"location", fmt::format("https://{}{}", host, installer_path)}}};
  };
}

Service staging_service() {
  return
      [account = std::make_shared<StorageAccount>()](const HttpMessage& request) { return account->answer(request); };
}

Service key_vault_service() { return answer_key_vault; }

Service guarded_key_vault_service() { return answer_guarded_key_vault; }

Service token_service() { return answer_token; }

Service stranger_service() {
  return [](const HttpMessage&) { return HttpMessage{"HTTP/1.1 200 OK", {}, "thank you"}; };
}

std::string pretend_bytes(std::size_t count, std::uint64_t seed) {
  std::string bytes;
  bytes.reserve(count + 8);
  // xorshift64; a seed of 0 would stay 0.
  for (std::uint64_t state = seed | 1; bytes.size() < count;) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(state >> shift & 255U));
  }
  bytes.resize(count);
  return bytes;
}

}  // namespace shirgate::lab
