#include "lab/shir_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/json/parse.hpp>
#include <thread>
#include <utility>

#include "certs/digest.hpp"
#include "lab/base64.hpp"
#include "lab/shared_key.hpp"
#include "lab/tds.hpp"
#include "lab/websocket.hpp"

namespace shirgate::lab {
namespace {

namespace json = boost::json;

/// Staged copies of this process. One storage may keep those of many walks: each has a name and bytes of its own, so
/// that one that is lost is not taken for an earlier one.
std::atomic<std::uint64_t> copies{0};

constexpr std::string_view answer_to_authoring = R"({"tables":["staging"]})";

/// "contoso-ir-b2.servicebus.windows.net" in the relay's {"accept":{"address":"wss://…/$hc/…"}}; empty where there is
/// none.
std::string rendezvous_in(std::string_view text) {
  constexpr std::string_view scheme = "wss://";
  json::error_code error;
  const auto value = json::parse(json::string_view(text.data(), text.size()), error);
  const auto* accept = error || !value.is_object() ? nullptr : value.get_object().if_contains("accept");
  const auto* address =
      accept == nullptr || !accept->is_object() ? nullptr : accept->get_object().if_contains("address");
  if (address == nullptr || !address->is_string()) return {};
  std::string_view url(address->get_string());
  if (!url.starts_with(scheme)) return {};
  url.remove_prefix(scheme.size());
  return std::string(url.substr(0, url.find('/')));
}

HttpMessage part_of(HttpMessage request, std::size_t first, std::size_t count) {
  request.fields["range"] = fmt::format("bytes={}-{}", first, first + count - 1);
  return request;
}

/// Asks for a part, and compares it with what it should be.
void get_part(TlsStream& stream, const HttpMessage& request, std::string_view expected) {
  const auto part = ask_for(stream, request, 206);
  if (part && part->body != expected) stream.give_up(fmt::format("{} came back with other bytes", request.start_line));
}

/// As the real service wants it.
HttpMessage signed_request(HttpMessage request) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return signed_by(pretend_account_key, std::move(request), now);
}

/// Of one length each, and the same in a query as in XML.
std::string block_id(std::size_t number) { return base64(fmt::format("block{:04}", number)); }

HttpMessage block_list(const std::string& host, const std::string& blob) {
  auto request = request_to(host, fmt::format("PUT {}?comp=blocklist", blob));
  request.fields["content-type"] = "application/xml";
  request.body = R"(<?xml version="1.0" encoding="utf-8"?><BlockList>)";
  for (std::size_t number = 0; number < block_count; ++number)
    request.body += fmt::format("<Latest>{}</Latest>", block_id(number));
  request.body += "</BlockList>";
  return signed_request(std::move(request));
}

/// The container, of an earlier walk.
bool is_there_already(const HttpMessage& answer) {
  return answer.status() == 409 && answer.field("x-ms-error-code") == "ContainerAlreadyExists";
}

/// Runs all of it at once; true where all of it is.
template <class Work>
bool all_at_once(std::size_t count, Work work) {
  std::vector<char> done(count, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back([&done, &work, i] { done[i] = work(i) ? 1 : 0; });
  for (auto& thread : threads) thread.join();
  return std::all_of(done.begin(), done.end(), [](char one) { return one != 0; });
}

}  // namespace

std::vector<Errand> ShirWalk::walk(std::function<void()> meanwhile) {
  meanwhile_ = std::move(meanwhile);
  for (const auto& channel : node_.uses) use(channel);
  if (const auto late = std::exchange(meanwhile_, nullptr)) late();
  return std::exchange(errands_, {});
}

void ShirWalk::note(Errand errand) {
  const std::scoped_lock lock(mutex_);
  errands_.push_back(std::move(errand));
}

bool ShirWalk::go(const std::string& channel, std::string title, Approach approach) {
  auto visit = shir_.visit(approach);
  const bool works = visit.works();
  note({channel, std::move(title), approach.host, approach.port, std::move(visit)});
  return works;
}

bool ShirWalk::go(const std::string& channel, std::string title, const std::string& host, Conversation talk) {
  return go(channel, std::move(title), Approach{.host = host, .talk = std::move(talk)});
}

void ShirWalk::use(std::string_view channel) {
  using Use = std::pair<std::string_view, void (ShirWalk::*)()>;
  static constexpr std::array uses{Use{"control", &ShirWalk::use_control},    Use{"relay", &ShirWalk::use_relay},
                                   Use{"update", &ShirWalk::use_update},      Use{"setup", &ShirWalk::use_setup},
                                   Use{"staged", &ShirWalk::use_staged},      Use{"identity", &ShirWalk::use_identity},
                                   Use{"keyvault", &ShirWalk::use_key_vault}, Use{"data-sql", &ShirWalk::use_sql}};
  for (const auto& [name, call] : uses)
    if (name == channel) (this->*call)();
}

void ShirWalk::use_control() {
  go("control", "registration", hosts_.control, register_node);
  go("control", "heartbeat and jobs", hosts_.control, send_heartbeat);
  if (!node_.self_contained) return;
  go("control", "interactive authoring", hosts_.control, [](TlsStream& stream, const std::string& host) {
    static_cast<void>(ask_for(stream, request_to(host, "GET /authoring"), 200));
  });
}

void ShirWalk::use_relay() {
  go("relay", "listening", hosts_.relay, [this](TlsStream& stream, const std::string& host) { listen(stream, host); });
}

/// The control channel of the relay stays open while the node answers at the rendezvous, and lives through a quiet
/// time.
void ShirWalk::listen(TlsStream& stream, const std::string& host) {
  if (!open_websocket(stream, host, fmt::format("/$hc/{}?sb-hc-action=listen", node_.factory))) return;
  const auto accept = read_frame(stream);
  const auto rendezvous = accept ? rendezvous_in(accept->payload) : std::string();
  if (rendezvous.empty()) return stream.give_up("the relay named no rendezvous");
  answer_at(rendezvous);
  if (const auto now = std::exchange(meanwhile_, nullptr)) now();
  if (answer_pings(stream, quiet_pings) && ping(stream)) close_websocket(stream);
}

void ShirWalk::answer_at(const std::string& rendezvous) {
  go("relay", "rendezvous", rendezvous, [this](TlsStream& stream, const std::string& host) {
    if (!open_websocket(stream, host, fmt::format("/$hc/{}?sb-hc-action=accept&id=1", node_.factory))) return;
    const auto asked = read_frame(stream);
    if (!asked || asked->payload.find("\"request\"") == std::string::npos)
      return stream.give_up("nobody asked anything at the rendezvous");
    stream.write_all(to_text(Frame{Opcode::text, std::string(answer_to_authoring)}, Masked::yes));
    close_websocket(stream);
  });
}

void ShirWalk::use_update() {
  go("update", "the installer, in two ranges", hosts_.update, [](TlsStream& stream, const std::string& host) {
    const auto installer = pretend_bytes(installer_bytes, 839822);
    const auto request = request_to(host, fmt::format("GET {}", installer_path));
    const auto all = std::string_view(installer);
    constexpr auto half = installer_bytes / 2;
    get_part(stream, part_of(request, 0, half), all.substr(0, half));
    if (stream.trouble().empty()) get_part(stream, part_of(request, half, half), all.substr(half));
  });
}

void ShirWalk::use_setup() {
  std::string location;
  const bool known = go("setup", "the short link", hosts_.setup, [&](TlsStream& stream, const std::string& host) {
    const auto moved = ask_for(stream, request_to(host, "GET /fwlink/?linkid=839822"), 302);
    if (moved) location = moved->field("location");
  });
  constexpr std::string_view scheme = "https://";
  if (!known || !location.starts_with(scheme)) return;
  const auto host = location.substr(scheme.size(), location.find('/', scheme.size()) - scheme.size());
  auto visit = shir_.visit({.host = host, .talk = talk_to_update});
  note({"setup", "the installer it leads to", host, 443, std::move(visit), "update"});
}

void ShirWalk::use_staged() {
  const bool ready = go("staged", "the container", hosts_.staged, [](TlsStream& stream, const std::string& host) {
    const auto request = signed_request(request_to(host, "PUT /staging?restype=container"));
    const auto made = ask(stream, request);
    if (made && made->status() != 201 && !is_there_already(*made))
      stream.give_up(fmt::format("{} was answered {}", request.start_line, made->status()));
  });
  if (!ready) return;
  const auto number = ++copies;
  blob_ = fmt::format("/staging/copy-{}.parquet", number);
  const auto bytes = pretend_bytes(block_count * block_bytes, 20260101 + 2 * number);  // which does with odd seeds only
  if (put_blocks(bytes)) static_cast<void>(get_ranges(bytes));
}

bool ShirWalk::put_blocks(const std::string& bytes) {
  const bool stored = all_at_once(block_count, [&](std::size_t number) {
    return go("staged", fmt::format("block {}", number), hosts_.staged,
              [&](TlsStream& stream, const std::string& host) {
                auto request = request_to(host, fmt::format("PUT {}?comp=block&blockid={}", blob_, block_id(number)));
                request.body = bytes.substr(number * block_bytes, block_bytes);
                static_cast<void>(ask_for(stream, signed_request(std::move(request)), 201));
              });
  });
  return stored && go("staged", "the block list", hosts_.staged, [&](TlsStream& stream, const std::string& host) {
           const auto committed = ask_for(stream, block_list(host, blob_), 201);
           const auto digest = committed ? committed->field(sha256_field) : std::string_view();
           // The lab's own account says it; of any other the bytes are read back.
           if (!digest.empty() && digest != to_hex(sha256(bytes)))
             stream.give_up("the stored blob's SHA-256 is not ours");
         });
}

bool ShirWalk::get_ranges(const std::string& bytes) {
  return all_at_once(block_count, [&](std::size_t number) {
    return go("staged", fmt::format("range {}", number), hosts_.staged,
              [&](TlsStream& stream, const std::string& host) {
                const auto first = number * block_bytes;
                const auto request = part_of(request_to(host, fmt::format("GET {}", blob_)), first, block_bytes);
                get_part(stream, signed_request(request), std::string_view(bytes).substr(first, block_bytes));
              });
  });
}

void ShirWalk::use_identity() {
  go("identity", "a token", hosts_.identity, [this](TlsStream& stream, const std::string& host) {
    auto request = request_to(host, "POST /contoso.example/oauth2/v2.0/token");
    request.body = "grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default";
    const auto answer = ask_for(stream, request, 200);
    if (answer && answer->body.find(pretend_token) != std::string::npos) token_ = pretend_token;
  });
}

/// The vault first says whose token it wants, as the real one does.
void ShirWalk::use_key_vault() {
  go("keyvault", "a secret", hosts_.key_vault, [this](TlsStream& stream, const std::string& host) {
    auto request = request_to(host, "GET /secrets/sql?api-version=7.4");
    const auto challenge = ask_for(stream, request, 401);
    if (!challenge) return;
    if (token_.empty()) return stream.give_up("there is no token to show to the vault");
    request.fields["authorization"] = fmt::format("Bearer {}", token_);
    const auto secret = ask_for(stream, request, 200);
    if (secret && secret->body.find("\"enabled\":true") == std::string::npos)
      stream.give_up("the vault does not know the secret");
  });
}

/// SqlClient takes no notice of the HTTP proxy: it goes where the server's name leads, which is the gate's door, or out
/// of the network, which is closed.
void ShirWalk::use_sql() {
  Visit nowhere;
  nowhere.trouble = "SqlClient ignores the proxy, and nothing but the gate leads out: no [[forward]] for the server";
  if (!sql_door_) return note({"data-sql", "login and query", hosts_.sql, 1433, nowhere});
  const bool strict = node_.sql_encryption == SqlEncryption::strict;
  const auto talk = [this, strict](TlsStream& stream, const std::string&) {
    if (strict && stream.leg().alpn() != tds8_protocol) return stream.give_up("the SQL server does not speak TDS 8");
    log_in_and_query(stream, node_.sql_login);
  };
  go("data-sql", "login and query",
     {.host = hosts_.sql,
      .port = 1433,
      .first_bytes = strict ? FirstBytes::strict : FirstBytes::prelogin,
      .talk = talk,
      .door = sql_door_});
}

}  // namespace shirgate::lab
