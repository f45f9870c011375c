// What a configuration comes to while the gate runs: frozen, shared by all workers, replaced as a whole by a reload.
#pragma once

#include <cstdint>
#include <memory>

#include "config/load.hpp"

namespace shirgate {

struct Snapshot {
  Settings settings;
  std::shared_ptr<const Policy> policy;
  std::uint64_t number = 0;  ///< counts the reloads
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace shirgate
