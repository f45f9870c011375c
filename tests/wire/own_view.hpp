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

}  // namespace shirgate::wire
