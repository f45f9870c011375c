#include <fmt/format.h>

#include <array>
#include <exception>
#include <fstream>

#include "lab/locked_network.hpp"
#include "lab/tool.hpp"

namespace shirgate::lab {
namespace {

constexpr std::string_view shir_side = "198.51.100.21";
constexpr std::string_view gate_side = "198.51.100.1";
constexpr std::string_view inner_range = "198.51.100.0/24";
constexpr std::string_view outer_side = "203.0.113.1";
constexpr std::string_view world_side = "203.0.113.2";
constexpr std::string_view inside_device = "inside0";

}  // namespace

Address LockedNetwork::shir_address() { return *parse_address(shir_side); }
Address LockedNetwork::gate_address() { return *parse_address(gate_side); }
Endpoint LockedNetwork::name_server() { return {*parse_address("20.60.0.53"), 53}; }

LockedNetwork::LockedNetwork(const NamespacePermit& permit)
    : permit_(permit), shir_(permit), gate_(permit), internet_(permit) {}

Checked<std::unique_ptr<LockedNetwork>> LockedNetwork::make(const NamespacePermit& permit, const Line& line) {
  try {
    std::unique_ptr<LockedNetwork> network(new LockedNetwork(permit));
    if (const auto wired = network->wire(line); wired.has_error()) return wired.error();
    return network;
  } catch (const std::exception& error) {
    return complain(fmt::format("--netns: {}", error.what()));
  }
}

const Namespace& LockedNetwork::at(Place place) const {
  switch (place) {
    case Place::shir: return shir_;
    case Place::gate: return gate_;
    case Place::internet: return internet_;
  }
  return internet_;
}

Checked<std::string> LockedNetwork::run_in(Place place, std::vector<std::string> command,
                                           std::string_view input) const {
  Checked<std::string> printed;
  at(place).run([&] { printed = run_tool(std::move(command), input); });
  if (printed.has_error()) return complain(fmt::format("--netns: {}", printed.error().text()));
  return printed;
}

/// /proc/sys/net shows the settings of the namespace that the reading thread is in.
Checked<bool> LockedNetwork::set_in(Place place, const std::string& setting) const {
  bool written = false;
  at(place).run([&] {
    std::ofstream file("/proc/sys/net/ipv4/" + setting);
    file << "1" << std::flush;
    written = file.good();
  });
  if (written) return true;
  return complain(
      fmt::format("--netns: /proc/sys/net/ipv4/{} can't be written, not even in a namespace of one's own; "
                  "in a container, /proc/sys must not be read-only",
                  setting));
}

Checked<bool> LockedNetwork::lay_line(const Line& line) {
  if (line.is_good()) {
    const auto cable = fmt::format("link add outside0 type veth peer name world0 netns {}\n", internet_.path());
    const auto laid = run_in(Place::gate, {"ip", "-batch", "-"}, cable);
    return laid.has_error() ? Checked<bool>(laid.error()) : true;
  }
  const Namespace between(permit_);
  // One packet at a time, as on a line: veth would hand over 64 KiB at once.
  const auto cables = fmt::format(
      "link add end0 type veth peer name outside0 gso_max_segs 1 netns {}\n"
      "link add end1 type veth peer name world0 gso_max_segs 1 netns {}\n"
      "link set end0 up\nlink set end1 up\n",
      gate_.path(), internet_.path());
  Checked<std::string> laid;
  between.run([&] {
    laid = run_tool({"ip", "-batch", "-"}, cables);
    if (laid.has_value()) cable_ = std::make_unique<Cable>("end0", "end1", line);  // whose thread stays there
  });
  return laid.has_error() ? Checked<bool>(complain("--netns: " + laid.error().text())) : true;
}

Checked<bool> LockedNetwork::wire(const Line& line) {
  if (const auto laid = lay_line(line); laid.has_error()) return laid.error();
  const auto gate = fmt::format(
      "link add {0} type veth peer name shir0 netns {1}\n"
      "address add {2}/24 dev {0}\naddress add {3}/24 dev outside0\n"
      "link set {0} up\nlink set outside0 up\nroute add default via {4}\n",
      inside_device, shir_.path(), gate_side, outer_side, world_side);
  const auto shir =
      fmt::format("address add {}/24 dev shir0\nlink set shir0 up\nroute add default via {}\n", shir_side, gate_side);
  // If the gate's machine ever forwards, the answer finds its way back, so that this is seen.
  const auto world = fmt::format("address add {}/24 dev world0\nlink set world0 up\nroute add {} via {}\n", world_side,
                                 inner_range, outer_side);
  struct Step {
    Place place;
    std::string script;
  };
  for (const auto& [place, script] :
       std::array{Step{Place::gate, gate}, Step{Place::shir, shir}, Step{Place::internet, world}})
    if (const auto done = run_in(place, {"ip", "-batch", "-"}, script); done.has_error()) return done.error();
  if (const auto set = set_in(Place::gate, "ip_forward"); set.has_error()) return set.error();
  return set_in(Place::internet, "conf/world0/route_localnet");  // servers there listen on loopback
}

Checked<bool> LockedNetwork::lead(std::span<const Lead> servers, const Endpoint& stranger, const Lead& name_server) {
  const auto loaded = run_in(Place::internet, {"nft", "-f", "-"}, internet_leads(servers, stranger, name_server));
  if (loaded.has_error()) return loaded.error();
  return true;
}

Checked<bool> LockedNetwork::lock(std::span<const std::uint16_t> ports) {
  const auto loaded = run_in(Place::gate, {"nft", "-f", "-"}, gate_firewall(inside_device, shir_address(), ports));
  if (loaded.has_error()) return loaded.error();
  return true;
}

Checked<Strays> LockedNetwork::strays() const {
  const auto listed = run_in(Place::gate, {"nft", "-j", "list", "table", "inet", std::string(firewall_table)});
  if (listed.has_error()) return listed.error();
  return read_strays(*listed);
}

std::string LockedNetwork::way_to(Place place) const {
  const auto path = at(place).path();
  if (!permit_.has_user_namespace()) return fmt::format("nsenter --net={}", path);
  const auto process = path.substr(0, path.find("/fd/"));
  return fmt::format("nsenter --user={}/ns/user --preserve-credentials --net={}", process, path);
}

}  // namespace shirgate::lab
