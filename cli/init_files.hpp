// The files of `shirgate init`: sources that may also be pipes, and a configuration that is there whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/adf/ir_key.hpp"
#include "policy/checked.hpp"

namespace shirgate {

/// Reads the authentication key in `path`, or standard input for "-", and keeps what it says only. The bytes are never
/// in a string, and their buffer is wiped before this returns.
[[nodiscard]] Checked<adf::KeyFacts> read_key(const std::string& path, const adf::Catalogue& catalogue);

/// The whole of `path`, or of standard input for "-".
[[nodiscard]] Checked<std::string> read_source(const std::string& path, std::size_t max_bytes);

enum class Existing : std::uint8_t { keep, replace };

/// Writes the file beside its place and moves it there once it is on the disk. A new file gets mode 0640: the gate
/// reads it by its group, and which accounts and vaults there are is not for everybody. A replaced one leaves its mode
/// and group behind. What is no regular file is never replaced.
[[nodiscard]] Checked<void> write_configuration(const std::string& path, std::string_view text, Existing existing);

}  // namespace shirgate
