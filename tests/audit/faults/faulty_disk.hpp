// A disk that fails when it is told to. The linker puts it between the journal and the kernel (--wrap).
#pragma once

#include <cerrno>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace shirgate::test {

enum class Call : std::uint8_t { write, pwrite, fdatasync, fsync, rename, open, ftruncate, posix_fallocate, any };

/// The calls of one kind from the `first` on, `times` of them, do as it says. Counts from 1.
struct Fault {
  Call call = Call::any;
  std::uint64_t first = 1;
  std::uint64_t times = 1;
  int error = EIO;  ///< 0: no error, but only half is written
  static constexpr std::uint64_t for_ever = std::numeric_limits<std::uint64_t>::max();
};

/// In force until the object goes. One at a time.
class FaultyDisk {
 public:
  explicit FaultyDisk(std::vector<Fault> faults);
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  /// Of that kind so far.
  [[nodiscard]] static std::uint64_t calls(Call call = Call::any);
  /// True once a fault has done its work.
  [[nodiscard]] static bool has_struck();
};

}  // namespace shirgate::test
