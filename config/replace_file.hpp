// A small file that is rewritten while others read it.
#pragma once

#include <string>
#include <string_view>
#include <system_error>

namespace shirgate {

/// Writes the text beside the file, as `path`.new, and moves it there once it is on disk: readers and crashes find the
/// old text or the new one. It gets exactly this mode. Whatever had the name `path`.new before is removed.
[[nodiscard]] std::error_code replace_file(const std::string& path, std::string_view text, unsigned mode);

}  // namespace shirgate
