#include "lab/pretend_service.hpp"

#include <fmt/format.h>

#include <memory>
#include <mutex>

#include "certs/digest.hpp"
#include "lab/websocket.hpp"

namespace shirgate::lab {
namespace {

HttpMessage json_answer(std::string body) {
  return {"HTTP/1.1 200 OK", {{"content-type", "application/json; charset=utf-8"}}, std::move(body)};
}

HttpMessage not_found() { return {"HTTP/1.1 404 Not Found"}; }

HttpMessage bytes_answer(std::string_view start_line, std::string body) {
  auto digest = to_hex(sha256(body));
  return {std::string(start_line),
          {{"content-type", "application/octet-stream"}, {std::string(sha256_field), std::move(digest)}},
          std::move(body)};
}

HttpMessage answer_control(const HttpMessage& request) {
  if (request.method() == "POST" && request.path() == "/register")
    return json_answer(R"({"nodeName":"shir-01","status":"Registered","version":"5.40.8000.1"})");
  if (request.path() == "/heartbeat") return json_answer(R"({"status":"Online","nextHeartbeatSeconds":30})");
  if (request.path() == "/jobs")
    return json_answer(R"({"jobs":[{"id":"copy-1","activity":"Copy","staging":"contosostage"}]})");
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

/// The one block of the pretend storage account.
class StorageAccount {
 public:
  HttpMessage answer(const HttpMessage& request) {
    const std::scoped_lock lock(mutex_);
    if (request.method() == "PUT") {
      block_ = request.body;
      auto stored = bytes_answer("HTTP/1.1 201 Created", block_);
      stored.fields["x-lab-size"] = std::to_string(block_.size());
      stored.body.clear();
      return stored;
    }
    return block_.empty() ? not_found() : bytes_answer("HTTP/1.1 200 OK", block_);
  }

 private:
  std::mutex mutex_;
  std::string block_;
};

}  // namespace

Service control_service() { return answer_control; }

Service relay_service() { return answer_relay; }

Service update_service() {
  const auto installer =
      std::make_shared<const HttpMessage>(bytes_answer("HTTP/1.1 200 OK", pretend_bytes(installer_bytes, 839822)));
  return [installer](const HttpMessage& request) { return request.method() == "GET" ? *installer : not_found(); };
}

Service staging_service() {
  return
      [account = std::make_shared<StorageAccount>()](const HttpMessage& request) { return account->answer(request); };
}

Service key_vault_service() { return answer_key_vault; }

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
