#include "cli/output_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace shirgate {

Checked<OutputFile> OutputFile::open(const std::string& path) {
  if (path.empty()) return OutputFile(stdout);
  auto* file = std::fopen(path.c_str(), "we");
  if (file == nullptr) return complain(fmt::format("{}: can't be written: {}", path, std::strerror(errno)));
  return OutputFile(file);
}

void OutputFile::write(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), file_.get()); }

bool OutputFile::flush() const { return std::fflush(file_.get()) == 0 && std::ferror(file_.get()) == 0; }

}  // namespace shirgate
