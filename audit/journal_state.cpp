#include "audit/journal_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace shirgate {
namespace {

constexpr std::uint64_t magic_number = 0x6574617473677368;  // "hsgstate"
constexpr std::uint64_t version_number = 1;
constexpr std::size_t file_bytes = 4096;

using Boot = std::array<char, 40>;

/// The kernel makes a new one each time the machine starts. Empty where it says none, which is never the same boot.
std::string this_boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id.substr(0, std::tuple_size_v<Boot> - 1);
}

Complaint unreadable(const std::string& path) {
  return complain(
      fmt::format("audit: {} can't be read: damaged, or of another version; move the directory away, or put the "
                  "version back that wrote it",
                  path));
}

}  // namespace

/// Two of them take turns, so that a crash while one is written leaves the other.
struct JournalState::Slot {
  Intent intent;
  Boot boot;
  Sha256Digest seal;  ///< over the bytes before

  [[nodiscard]] Sha256Digest expected_seal() const {
    return sha256(std::string_view(reinterpret_cast<const char*>(this), offsetof(Slot, seal)));
  }
  [[nodiscard]] bool is_whole() const { return intent.batch != 0 && seal == expected_seal(); }
};

struct JournalState::Layout {
  std::uint64_t magic;
  std::uint64_t version;
  std::array<Slot, 2> slots;

  /// The slot that was written as a whole last; none in a new file.
  [[nodiscard]] const Slot* last() const {
    const Slot* found = nullptr;
    for (const auto& slot : slots)
      if (slot.is_whole() && (found == nullptr || slot.intent.batch > found->intent.batch)) found = &slot;
    return found;
  }
};

Checked<JournalState> JournalState::open(const std::string& path) {
  static_assert(sizeof(Layout) <= file_bytes);
  static_assert(std::is_trivially_copyable_v<Intent>);
  std::error_code error;
  const bool is_new = !std::filesystem::exists(path, error);
  auto file = is_new ? MappedFile::create(path, file_bytes) : MappedFile::open(path);
  if (file.has_error()) return file.error();
  if (file->size() < sizeof(Layout)) return unreadable(path);
  auto* const layout = reinterpret_cast<Layout*>(file->data());
  // A new file, or one that a crash left before its first word.
  if (layout->magic == 0 && layout->version == 0) {
    layout->version = version_number;
    layout->magic = magic_number;
  }
  if (layout->magic != magic_number || layout->version != version_number) return unreadable(path);
  return JournalState(*std::move(file));
}

std::optional<Intent> JournalState::look(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Layout layout{};
  if (!file.read(reinterpret_cast<char*>(&layout), sizeof layout)) return std::nullopt;
  if (layout.magic != magic_number || layout.version != version_number || layout.last() == nullptr) return std::nullopt;
  return layout.last()->intent;
}

JournalState::JournalState(MappedFile file) : file_(std::move(file)), boot_(this_boot()) {
  const auto* const slot = layout().last();
  if (slot == nullptr) return;
  last_ = slot->intent;
  of_this_boot_ = !boot_.empty() && boot_ == std::string_view(slot->boot.data());
}

JournalState::Layout& JournalState::layout() const { return *reinterpret_cast<Layout*>(file_.data()); }

void JournalState::write(const Intent& intent) {
  Slot slot;
  std::memset(static_cast<void*>(&slot), 0, sizeof slot);  // padding is sealed too
  slot.intent.batch = intent.batch;
  slot.intent.segment = intent.segment;
  slot.intent.offset = intent.offset;
  slot.intent.bytes = intent.bytes;
  slot.intent.before = intent.before;
  slot.intent.after = intent.after;
  slot.intent.abandoned = intent.abandoned;
  slot.intent.stopped = intent.stopped;
  std::copy(boot_.begin(), boot_.end(), slot.boot.begin());
  slot.seal = slot.expected_seal();
  std::memcpy(static_cast<void*>(&layout().slots[intent.batch % 2]), &slot, sizeof slot);
  last_ = intent;
  of_this_boot_ = true;
}

}  // namespace shirgate
