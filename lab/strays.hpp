// What tried to get out of the locked-down network past the gate: as its firewall counted it, and as it should be.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/endpoint.hpp"
#include "lab/expectation.hpp"
#include "policy/checked.hpp"

namespace shirgate::lab {

enum class IpProtocol : std::uint8_t { tcp, udp };
[[nodiscard]] std::string_view to_string(IpProtocol protocol);

/// Where somebody tried to go.
struct Stray {
  Endpoint to;
  IpProtocol protocol = IpProtocol::tcp;
  std::uint64_t packets = 0;
  std::string name{};  ///< whose address it is, where the lab knows
};

struct Strays {
  std::uint64_t packets = 0;   ///< all of them, of other protocols too
  std::vector<Stray> tried{};  ///< by address
};

/// From what `nft -j list table` says of the gate's firewall (lab/firewall.hpp).
[[nodiscard]] Checked<Strays> read_strays(std::string_view json);

/// One attempt of the node to do without the gate.
struct DirectTry {
  std::string name;
  Endpoint to;
  IpProtocol protocol = IpProtocol::tcp;
  bool answered = false;  ///< it got through
  std::string ended{};    ///< how, in the system's words
};

/// None of the tries got out, each was counted, and nobody else tried anything. `arrived` is how many connections the
/// servers saw meanwhile, `asked` what the name server was asked.
[[nodiscard]] std::vector<Expectation> judge_strays(const std::vector<DirectTry>& tries, std::size_t arrived,
                                                    const std::vector<std::string>& asked, const Strays& counted);

}  // namespace shirgate::lab
