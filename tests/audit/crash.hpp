// What a crash leaves of an audit directory, and what may be wrong with it.
#pragma once

#include <fstream>
#include <string>

#include "certs/digest.hpp"
#include "journal_reading.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {

/// The directory as kill -9 would leave it at this moment, for whoever opens it next.
class AfterKill {
 public:
  explicit AfterKill(const std::string& directory) {
    std::filesystem::copy(directory, directory_.path(),
                          std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
  }
  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  [[nodiscard]] std::string last_segment() const { return segments_of(path()).back(); }

 private:
  TemporaryDirectory directory_;
};

inline void overwrite(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline void replace_once(const std::string& path, const std::string& what, const std::string& with) {
  auto text = text_of(path);
  const auto at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what << " in " << path;
  overwrite(path, text.replace(at, what.size(), with));
}

/// As if the consumer had been killed before it released what it had read.
inline void unrelease(const std::string& ring) {
  auto bytes = text_of(ring);
  constexpr std::size_t head_at = 64;
  overwrite(ring, bytes.replace(head_at, 8, std::string(8, '\0')));
}

/// As if the machine had been started anew since.
inline void reboot(const std::string& directory) {
  const auto path = directory + "/state";
  auto bytes = text_of(path);
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::getline(file, boot);
  constexpr std::size_t first_slot = 16;
  constexpr std::size_t slot_bytes = 192;
  constexpr std::size_t seal_bytes = 32;
  for (std::size_t slot = first_slot; slot < first_slot + 2 * slot_bytes; slot += slot_bytes) {
    const auto at = bytes.find(boot, slot);
    if (at >= slot + slot_bytes) continue;
    bytes[at] = bytes[at] == '0' ? '1' : '0';
    const auto seal = sha256(std::string_view(bytes).substr(slot, slot_bytes - seal_bytes));
    bytes.replace(slot + slot_bytes - seal_bytes, seal_bytes, reinterpret_cast<const char*>(seal.data()), seal_bytes);
  }
  overwrite(path, bytes);
}

}  // namespace shirgate::test
