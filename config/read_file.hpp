// A file that decides what may leave, read only if no stranger can have written it.
#pragma once

#include <cstddef>
#include <string>

#include "policy/checked.hpp"

namespace shirgate {

/// The whole file. A complaint where it is no regular file (a FIFO would hang, a device would not end), can be written
/// by everybody, belongs to somebody who is neither root nor the user of this process, or is larger than `max_bytes`.
/// Its group is trusted: the owner chose it.
[[nodiscard]] Checked<std::string> read_trusted_file(const std::string& path, std::size_t max_bytes);

/// The same for a key or a password: a complaint, too, where everybody can read it.
[[nodiscard]] Checked<std::string> read_secret_file(const std::string& path, std::size_t max_bytes);

}  // namespace shirgate
