#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "lab/temporary_directory.hpp"

namespace shirgate::lab {

TemporaryDirectory::TemporaryDirectory(std::string_view prefix) {
  auto text = (std::filesystem::temp_directory_path() / prefix).string() + "-XXXXXX";
  if (::mkdtemp(text.data()) == nullptr) throw std::system_error(errno, std::generic_category(), text);
  path_ = text;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace shirgate::lab
