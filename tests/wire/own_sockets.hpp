// Gate and test are one process, so a test can look at the gate's side of a connection: what it has read, what the
// kernel was told about it, what is left open.
#pragma once

#include <cstddef>

#include "peer.hpp"

namespace shirgate::wire {

/// The descriptor of this process at the other end of the connection; -1 when it is closed.
[[nodiscard]] int other_end_of(const Peer& peer);

/// The epoll of this process that watches the descriptor, so that of the gate's worker which serves it; -1 while none
/// does.
[[nodiscard]] int epoll_of(int fd);

/// True once the other end has read everything that was sent, or is closed.
[[nodiscard]] bool is_all_read(const Peer& peer);

/// True while some connect of this process waits for its answer.
[[nodiscard]] bool is_connecting();

/// Cuts the peer's cable: what comes for it is thrown away unconfirmed, and nobody is told.
[[nodiscard]] bool cut_off(const Peer& peer);

/// A socket option with a number; -1 when it can't be read.
[[nodiscard]] int option_of(int fd, int level, int name);

[[nodiscard]] std::size_t open_descriptors();

/// What this process holds: its resident memory, or, where a sanitizer keeps freed memory back, what is allocated.
[[nodiscard]] std::size_t memory_in_use();

}  // namespace shirgate::wire
