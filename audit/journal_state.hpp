// What the journal was about to write, in a mapped file: after a crash it tells a batch that is whole on disk, whose
// events the rings need not give again, from one that has to be cut off and collected again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "audit/chain.hpp"
#include "audit/mapped_file.hpp"

namespace shirgate {

/// One batch on its way into one segment.
struct Intent {
  std::uint64_t batch = 0;    ///< counts from 1; the rings' marks bear it too
  std::uint64_t segment = 0;  ///< number of its first line
  std::uint64_t offset = 0;   ///< everything before is on disk
  std::uint64_t bytes = 0;    ///< of the batch
  ChainEnd before{};          ///< where the chain ends at the offset
  ChainEnd after{};           ///< and behind the batch
  bool abandoned = false;     ///< the disk took nothing behind the offset, whatever the file looks like
  bool stopped = false;       ///< the journal ended in order, with nothing left behind
};

/// Survives the process, not the machine: nothing here waits for the disk. So after another boot it only says what had
/// been reached at least.
class JournalState {
 public:
  /// Makes the file where there is none. A complaint about one that this version can't read: it is left alone.
  [[nodiscard]] static Checked<JournalState> open(const std::string& path);
  /// What is in the file, for whoever only looks; nothing where there is none or it says nothing.
  [[nodiscard]] static std::optional<Intent> look(const std::string& path);

  /// The last that was written as a whole; nothing in a new file.
  [[nodiscard]] const std::optional<Intent>& last() const { return last_; }
  /// True when the last one was written since this machine was started.
  [[nodiscard]] bool of_this_boot() const { return of_this_boot_; }

  /// Before the first byte of the batch goes to the segment.
  void write(const Intent& intent);
  /// Puts it on disk, as it is worth for the last one of an ended journal.
  void sync() const { static_cast<void>(file_.sync()); }

 private:
  struct Slot;
  struct Layout;
  explicit JournalState(MappedFile file);
  [[nodiscard]] Layout& layout() const;

  MappedFile file_;
  std::optional<Intent> last_;
  bool of_this_boot_ = false;
  std::string boot_;
};

}  // namespace shirgate
