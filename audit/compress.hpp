// From a plain segment to a compressed one.
#pragma once

#include <atomic>
#include <string>
#include <system_error>

namespace shirgate {

/// Makes `path`.zst and removes `path`, in steps that each leave a whole segment in place: a temporary file that is on
/// disk before it gets its name, and the plain one removed after that name is on disk. An error, or `stop`, leaves the
/// plain one.
[[nodiscard]] std::error_code compress_segment(const std::string& directory, const std::string& path,
                                               const std::atomic<bool>& stop);

/// The temporary's name; what a crash left of one is of no use.
[[nodiscard]] std::string unfinished_path(const std::string& path);

}  // namespace shirgate
