#include "proxy/first_flight/tds_prelogin.hpp"

#include <algorithm>
#include <bitset>

#include "proxy/first_flight/cursor.hpp"

namespace shirgate {
namespace {

using Bytes = Cursor::Bytes;

enum class Token : std::uint8_t {
  version = 0,
  encryption = 1,
  instance = 2,
  thread_id = 3,
  mars = 4,
  trace_id = 5,
  fed_auth_required = 6,
  nonce = 7,
  terminator = 0xff,
};

constexpr std::size_t table_row_bytes = 5;
constexpr std::uint8_t client_certificate_bit = 0x80;

struct Option {
  Token token{};
  std::size_t offset = 0;
  Bytes data;
};

/// With one byte in two options, which of them said it depends on the reader.
bool apart(std::vector<Option> options) {
  std::sort(options.begin(), options.end(), [](const Option& a, const Option& b) { return a.offset < b.offset; });
  std::size_t end = 0;
  for (const auto& option : options) {
    if (option.data.empty()) continue;
    if (option.offset < end) return false;
    end = option.offset + option.data.size();
  }
  return true;
}

/// The options in the order of the table, if every one's data is where it may be.
std::optional<std::vector<Option>> read_options(Bytes payload) {
  std::vector<Option> options;
  std::bitset<256> seen;
  for (Cursor table(payload);;) {
    const auto token = table.u8();
    if (!token) return std::nullopt;
    if (Token{*token} == Token::terminator) break;
    const auto offset = table.u16();
    const auto length = table.u16();
    if (!offset || !length || seen.test(*token)) return std::nullopt;
    seen.set(*token);
    if (std::size_t{*offset} + *length > payload.size()) return std::nullopt;
    options.push_back({Token{*token}, *offset, payload.subspan(*offset, *length)});
  }
  const auto table_bytes = options.size() * table_row_bytes + 1;
  const bool behind_the_table =
      std::all_of(options.begin(), options.end(), [&](const Option& option) { return option.offset >= table_bytes; });
  if (!behind_the_table || !apart(options)) return std::nullopt;
  return options;
}

std::optional<TdsEncryption> as_encryption(std::uint8_t value) {
  if (value > static_cast<std::uint8_t>(TdsEncryption::required)) return std::nullopt;
  return TdsEncryption{value};
}

template <std::size_t size>
bool read(Bytes data, std::array<std::uint8_t, size>& field) {
  if (data.size() != size) return false;
  std::copy_n(data.begin(), size, field.begin());
  return true;
}

template <std::size_t size>
bool read(Bytes data, std::optional<std::array<std::uint8_t, size>>& field) {
  return read(data, field.emplace());
}

bool read(Bytes data, std::optional<bool>& field) {
  if (data.size() != 1 || data[0] > 1) return false;
  field = data[0] == 1;
  return true;
}

bool read_instance(Bytes data, std::optional<std::string>& instance) {
  if (data.empty() || data.size() > max_instance_bytes + 1) return false;
  const auto name = data.first(data.size() - 1);
  if (data.back() != 0 || std::find(name.begin(), name.end(), 0) != name.end()) return false;
  instance.emplace(name.begin(), name.end());
  return true;
}

bool read_encryption(Bytes data, Prelogin& prelogin) {
  if (data.size() != 1) return false;
  const auto value = as_encryption(data[0] & static_cast<std::uint8_t>(~client_certificate_bit));
  if (!value) return false;
  prelogin.encryption = *value;
  prelogin.client_certificate = (data[0] & client_certificate_bit) != 0;
  // A certificate shown in TLS, and no TLS: the one value with the bit that MS-TDS does not name.
  return !prelogin.client_certificate || *value != TdsEncryption::not_supported;
}

bool read_option(const Option& option, Prelogin& prelogin) {
  switch (option.token) {
    case Token::version: return read(option.data, prelogin.version);
    case Token::encryption: return read_encryption(option.data, prelogin);
    case Token::instance: return read_instance(option.data, prelogin.instance);
    case Token::thread_id: return read(option.data, prelogin.thread_id);
    case Token::mars: return read(option.data, prelogin.mars);
    case Token::trace_id: return read(option.data, prelogin.trace_id);
    case Token::fed_auth_required: return read(option.data, prelogin.fed_auth_required);
    case Token::nonce: return read(option.data, prelogin.nonce);
    default: return true;
  }
}

const Option* find(const std::vector<Option>& options, Token token) {
  const auto found =
      std::find_if(options.begin(), options.end(), [&](const Option& option) { return option.token == token; });
  return found == options.end() ? nullptr : &*found;
}

struct Writer {
  std::vector<Option> options;

  void add(Token token, Bytes data) { options.push_back({token, 0, data}); }
  template <class Array>
  void add(Token token, const std::optional<Array>& data) {
    if (data) add(token, Bytes(*data));
  }

  [[nodiscard]] std::vector<std::uint8_t> packet(TdsPacketType type) const;
};

void append_u16(std::vector<std::uint8_t>& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

std::vector<std::uint8_t> Writer::packet(TdsPacketType type) const {
  const auto data_at = options.size() * table_row_bytes + 1;
  auto end = data_at;
  for (const auto& option : options) end += option.data.size();

  std::vector<std::uint8_t> bytes;
  bytes.reserve(tds_header_bytes + end);
  bytes.insert(bytes.end(), {static_cast<std::uint8_t>(type), 1});
  append_u16(bytes, tds_header_bytes + end);
  bytes.insert(bytes.end(), {0, 0, 1, 0});  // SPID, packet id, window, as every client sends them
  auto offset = data_at;
  for (const auto& option : options) {
    bytes.push_back(static_cast<std::uint8_t>(option.token));
    append_u16(bytes, offset);
    append_u16(bytes, option.data.size());
    offset += option.data.size();
  }
  bytes.push_back(static_cast<std::uint8_t>(Token::terminator));
  for (const auto& option : options) bytes.insert(bytes.end(), option.data.begin(), option.data.end());
  return bytes;
}

}  // namespace

TdsResult<HelloProgress> PreloginReader::feed(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty() && !decided()) {
    const auto step = packets_.take(bytes);
    if (step.has_error()) {
      outcome_ = step.error();
      break;
    }
    std::copy(step->payload.begin(), step->payload.end(), std::span(payload_).subspan(payload_bytes_).begin());
    payload_bytes_ += step->payload.size();
    bytes = bytes.subspan(step->taken);
    if (packets_.at_message_end()) outcome_ = HelloProgress::done;
  }
  return outcome_;
}

std::span<const std::uint8_t> PreloginReader::payload() const {
  if (outcome_.has_error() || *outcome_ != HelloProgress::done) return {};
  return std::span(payload_).first(payload_bytes_);
}

TdsResult<Prelogin> parse_prelogin(std::span<const std::uint8_t> payload) {
  const auto options = read_options(payload);
  if (!options || options->empty() || options->front().token != Token::version) return TdsFault::malformed;
  if (find(*options, Token::encryption) == nullptr) return TdsFault::malformed;
  Prelogin prelogin;
  for (const auto& option : *options) {
    if (!read_option(option, prelogin)) return TdsFault::malformed;
  }
  return prelogin;
}

std::vector<std::uint8_t> rebuild(const Prelogin& prelogin) {
  const auto bit = prelogin.client_certificate ? client_certificate_bit : std::uint8_t{0};
  const std::array encryption{static_cast<std::uint8_t>(static_cast<std::uint8_t>(prelogin.encryption) | bit)};
  const std::array mars{static_cast<std::uint8_t>(prelogin.mars.value_or(false))};
  const std::array fed_auth_required{static_cast<std::uint8_t>(prelogin.fed_auth_required.value_or(false))};
  std::vector<std::uint8_t> instance;
  if (prelogin.instance) instance.assign(prelogin.instance->begin(), prelogin.instance->end());
  instance.push_back(0);

  Writer writer;
  writer.add(Token::version, Bytes(prelogin.version));
  writer.add(Token::encryption, Bytes(encryption));
  if (prelogin.instance) writer.add(Token::instance, Bytes(instance));
  writer.add(Token::thread_id, prelogin.thread_id);
  if (prelogin.mars) writer.add(Token::mars, Bytes(mars));
  writer.add(Token::trace_id, prelogin.trace_id);
  if (prelogin.fed_auth_required) writer.add(Token::fed_auth_required, Bytes(fed_auth_required));
  writer.add(Token::nonce, prelogin.nonce);
  return writer.packet(TdsPacketType::prelogin);
}

std::vector<std::uint8_t> answer_to(const Prelogin& offer) {
  // A version that every client has rules for. What a client does with it comes after its login, from the real server.
  constexpr std::array<std::uint8_t, 6> version{16, 0, 0, 0, 0, 0};
  const auto insists = offer.encryption == TdsEncryption::off ? TdsEncryption::required : TdsEncryption::on;
  const std::array encryption{static_cast<std::uint8_t>(insists)};
  constexpr std::array<std::uint8_t, 1> no{0};
  Writer writer;
  writer.add(Token::version, Bytes(version));
  writer.add(Token::encryption, Bytes(encryption));
  writer.add(Token::instance, Bytes(no));
  if (offer.mars) writer.add(Token::mars, Bytes(no));
  if (offer.fed_auth_required) writer.add(Token::fed_auth_required, Bytes(no));
  return writer.packet(TdsPacketType::response);
}

TdsResult<TdsEncryption> parse_prelogin_answer(std::span<const std::uint8_t> payload) {
  const auto options = read_options(payload);
  if (!options) return TdsFault::malformed;
  const auto* encryption = find(*options, Token::encryption);
  if (encryption == nullptr || encryption->data.size() != 1) return TdsFault::malformed;
  const auto value = as_encryption(encryption->data[0]);
  if (!value) return TdsFault::malformed;
  return *value;
}

EncryptionOutcome negotiated(TdsEncryption client, TdsEncryption server) {
  using enum EncryptionOutcome;
  static constexpr std::array<std::array<EncryptionOutcome, 4>, 4> outcomes{{
      // The server says: off, on, not_supported, required.
      {login_only, full, none, full},  // off
      {failed, full, failed, full},    // on
      {failed, failed, none, failed},  // not_supported
      {failed, full, failed, full},    // required
  }};
  return outcomes.at(static_cast<std::size_t>(client)).at(static_cast<std::size_t>(server));
}

bool may_become_full(TdsEncryption client) { return client != TdsEncryption::not_supported; }

}  // namespace shirgate
