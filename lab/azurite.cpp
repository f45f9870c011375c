#include "lab/azurite.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <thread>

#include "lab/pass_on.hpp"

namespace shirgate::lab {
namespace {

constexpr std::size_t longest_last_words = 200;

/// The last line that is not empty.
std::string last_words(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  const auto line = text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
  return line.empty() ? "it said nothing" : std::string(line.substr(0, longest_last_words));
}

}  // namespace

std::optional<std::uint16_t> port_in(std::string_view output) {
  constexpr std::string_view says = "successfully listens on http://127.0.0.1:";
  const auto at = output.find(says);
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = output.substr(at + says.size());
  const auto digits = rest.substr(0, rest.find('\n'));
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  const bool whole = digits.size() < rest.size() && end == digits.data() + digits.size();
  if (error != std::errc() || !whole || port == 0) return std::nullopt;
  return port;
}

std::optional<std::string> azurite_name_in(std::string_view server) {
  constexpr std::string_view begin = "Azurite-Blob/";
  constexpr std::string_view of_a_version = "0123456789.-abcdefghijklmnopqrstuvwxyz";
  if (!server.starts_with(begin)) return std::nullopt;
  const auto version = server.substr(begin.size());
  if (version.empty() || version.find_first_not_of(of_a_version) != std::string_view::npos) return std::nullopt;
  return fmt::format("Azurite {}", version);
}

Checked<std::unique_ptr<Azurite>> Azurite::start(const std::string& program, std::string_view account,
                                                 std::chrono::milliseconds limit) {
  std::unique_ptr<Azurite> azurite(new Azurite);
  const auto up = azurite->come_up(program, account, limit);
  if (up.has_value()) return azurite;
  return complain(
      fmt::format("--azurite {}: {}; --azurite {} does without it", program, up.error().text(), built_in_storage));
}

Checked<bool> Azurite::come_up(const std::string& program, std::string_view account, std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  auto step = run(program, account);
  if (step.has_value()) step = wait_until_it_listens(deadline);
  if (step.has_value()) step = ask_its_name(account, deadline);
  if (step.has_value() || Clock::now() < deadline) return step;
  return complain(fmt::format("it did not serve within {} ms: {}", limit.count(), step.error().text()));
}

Checked<bool> Azurite::wait_until_it_listens(Clock::time_point deadline) {
  for (;;) {
    const bool ended = has_ended();
    const auto said = output();
    if (ended) return complain(fmt::format("it ended before it listened: {}", last_words(said)));
    if (const auto port = port_in(said)) {
      port_ = *port;
      return true;
    }
    if (Clock::now() >= deadline) return complain(last_words(said));
    // It writes to a file, which calls nobody back.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Checked<bool> Azurite::ask_its_name(std::string_view account, Clock::time_point deadline) {
  const HttpMessage question{"GET / HTTP/1.1", {{"host", blob_host(account)}}};
  const auto answer = ask_server(at(), question, deadline);
  if (answer.has_error()) return answer.error();
  const auto called = azurite_name_in(answer->field("server"));
  if (!called) return complain(fmt::format("what listens is not Azurite: {}", last_words(answer->start_line)));
  name_ = *called;
  return true;
}

Endpoint Azurite::at() const { return {*parse_address("127.0.0.1"), port_}; }

Service Azurite::service() const { return pass_on_to(at()); }

std::string Azurite::output() const {
  std::ifstream file(directory_.path() / "output");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace shirgate::lab
