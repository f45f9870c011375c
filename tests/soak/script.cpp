#include "script.hpp"

#include <algorithm>
#include <cmath>

namespace shirgate::soak {
namespace {

/// A prime, so that nothing that goes wrong by a page, a pipe or a buffer finds the same bytes there.
constexpr std::size_t noise_bytes = 4'194'301;

constexpr std::uint64_t most_for_a_slow_reader = 1'000'000;

bool one_in(std::mt19937_64& random, std::uint64_t times) { return random() % times == 0; }

std::uint64_t log_uniform(std::mt19937_64& random, std::uint64_t least, std::uint64_t most) {
  const auto share = static_cast<double>(random() % 1'000'000) / 1e6;
  const auto low = std::log(static_cast<double>(std::max<std::uint64_t>(least, 1)));
  return static_cast<std::uint64_t>(std::exp(low + share * (std::log(static_cast<double>(most)) - low)));
}

Part part_of(std::mt19937_64& random, const Options& options) {
  Part part;
  part.sends =
      options.least_bytes <= 1 && one_in(random, 20) ? 0 : log_uniform(random, options.least_bytes, options.bytes);
  part.starts_at = random() % noise_bytes;
  part.reads_slowly = one_in(random, 12);
  if (part.reads_slowly || one_in(random, 4)) part.receive_buffer = 131072 << random() % 2;
  return part;
}

/// A reader that stops for a while early in a stream that is too long for all the kernel's buffers on the way, so that
/// the gate itself has to keep something. Loopback begins with a send buffer of more than two megabytes.
void stall(std::mt19937_64& random, Part& reader, Part& sender) {
  reader.reads_slowly = false;
  reader.receive_buffer = 131'072;
  reader.pauses_after = 1 + random() % 300'000;
  reader.pause_ms = 300;
  sender.sends = 6'000'000 + random() % 2'000'000;
  sender.answers = false;
}

}  // namespace

Script script_of(const Options& options, std::size_t tunnel) {
  std::mt19937_64 random(options.seed * 1'000'003 + tunnel);
  Script script{.client = part_of(random, options), .upstream = part_of(random, options)};
  script.seed = random();
  auto& client = script.client;
  auto& upstream = script.upstream;
  for (auto* one : {&client, &upstream}) {
    auto& other = one == &client ? upstream : client;
    if (one->reads_slowly) other.sends = std::min(other.sends, most_for_a_slow_reader);
  }
  // Half-closes in both orders, and both at their own time.
  switch (random() % 3) {
    case 0: client.answers = true; break;
    case 1: upstream.answers = true; break;
    default: break;
  }
  if (one_in(random, 12)) {
    const bool at_client = one_in(random, 2);
    stall(random, at_client ? client : upstream, at_client ? upstream : client);
    return script;
  }
  const auto all = client.sends + upstream.sends;
  for (auto* one : {&client, &upstream}) {
    if (one_in(random, 10)) one->resets_after = random() % (all + 1);
    if (!one_in(random, 8)) continue;
    one->pauses_after = random() % (all + 1);
    one->pause_ms = one_in(random, 6) ? 1400 : static_cast<int>(random() % 100);
  }
  return script;
}

Noise::Noise(std::uint64_t seed) : bytes_(noise_bytes, '\0') {
  std::mt19937_64 random(seed);
  for (auto& byte : bytes_) byte = static_cast<char>(random());
}

std::string_view Noise::at(std::uint64_t place, std::size_t most) const {
  return std::string_view(bytes_).substr(place % noise_bytes, most);
}

}  // namespace shirgate::soak
