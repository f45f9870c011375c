// The way of one worker's events to the journal: a byte ring with one producer and one consumer, without locks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace shirgate {

/// What a record may use of the ring, so that refusals can never use up what tunnels need.
enum class Claim : std::uint8_t {
  refusal,  ///< leaves a quarter of the ring to tunnels
  opening,  ///< needs its own room and sets aside the room of its end
  during,   ///< takes what nobody has set aside
  ending,   ///< uses what its opening set aside, so it always fits
};

class Ring {
 public:
  /// No record is larger; an ending gets this much set aside.
  static constexpr std::size_t max_record_bytes = 2048;

  /// Capacity in bytes, at least 16 records' worth.
  explicit Ring(std::size_t capacity);

  /// Producer only. False when the claim does not fit now; nothing is written then.
  [[nodiscard]] bool push(std::string_view record, Claim claim);

  /// Producer only. Sets aside the room of an ending whose opening is in another ring; false when there is none.
  [[nodiscard]] bool reserve_ending();
  /// Producer only. Gives back what an opening has set aside, because it ends in another ring.
  void release_ending();

  /// Producer only. How much of the ring is in use, 0 to 1.
  [[nodiscard]] double fill() const;

  /// Consumer only. Appends each record with `each(std::string_view)` and frees its room.
  template <class Each>
  std::size_t drain(Each each) {
    std::size_t count = 0;
    auto head = head_.load(std::memory_order_relaxed);
    const auto tail = tail_.load(std::memory_order_acquire);
    while (head != tail) {
      const auto size = read_size(head);
      read_bytes(head + sizeof(std::uint32_t), size, scratch_);
      head += sizeof(std::uint32_t) + size;
      each(std::string_view(scratch_));
      ++count;
    }
    give_back_up_to(head);
    head_.store(head, std::memory_order_release);
    return count;
  }

 private:
  [[nodiscard]] std::uint32_t read_size(std::uint64_t at) const;
  void read_bytes(std::uint64_t at, std::size_t size, std::string& into) const;
  void write_bytes(std::uint64_t at, const char* bytes, std::size_t size);
  /// Consumer only, before the producer may write there again: memory that was read is the kernel's until it is needed.
  /// The ring is large because every open tunnel has room set aside in it, but most of the time nearly empty.
  void give_back_up_to(std::uint64_t at);

  /// Less is not worth a system call, so what is given back lags by up to this much behind what the producer may use.
  /// The memory is larger by it: what lags is never where the producer writes.
  static constexpr std::size_t lag = std::size_t{128} * 1024;

  std::size_t capacity_;
  std::size_t size_;               ///< of the memory
  std::unique_ptr<char[]> bytes_;  ///< not filled at first, so that unused room costs no memory
  std::size_t reserved_ = 0;       ///< producer's: room set aside for endings
  std::string scratch_;            ///< consumer's
  std::uint64_t given_back_ = 0;   ///< consumer's: up to here
  alignas(64) std::atomic<std::uint64_t> head_{0};
  alignas(64) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace shirgate
