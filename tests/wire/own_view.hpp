// Runs a test's body on a thread that sees the machine differently: its own hosts file or its own network. Threads that
// the body starts, the gate's among them, see it the same way; the rest of the process does not.
#pragma once

#include <functional>
#include <string>

namespace shirgate::wire {

enum class Seen { differently, as_it_is };

/// With /etc/hosts replaced by this text. `as_it_is` when the kernel does not let us; the body has not run then.
[[nodiscard]] Seen with_hosts_file(const std::string& text, const std::function<void()>& body);

/// In a network of its own that has nothing but loopback, up.
[[nodiscard]] Seen with_own_network(const std::function<void()>& body);

/// Adds an address to the loopback interface of this thread's network.
[[nodiscard]] bool add_own_address(const std::string& address);

/// From now on every address of 20.60.0.0/24 is served by this thread's network, and yet counts as nobody's own: what
/// connects to one does so from 127.0.0.1.
[[nodiscard]] bool add_far_addresses();

/// How often the kernel of this thread's network sends again what nobody confirms, before it gives up.
[[nodiscard]] bool set_tcp_retries(int times);

}  // namespace shirgate::wire
