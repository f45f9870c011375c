// The way of one worker's events to the journal: a byte ring with one producer and one consumer, without locks, in a
// mapped file, so that what was pushed outlives the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audit/mapped_file.hpp"

namespace shirgate {

/// What a record may use of the ring, so that refusals can never use up what tunnels need.
enum class Claim : std::uint8_t {
  refusal,  ///< leaves a quarter of the ring to tunnels
  opening,  ///< needs its own room and sets aside the room of its end
  during,   ///< takes what nobody has set aside
  ending,   ///< uses what its opening set aside, so it always fits
};

/// Reading and giving room back are two steps: the consumer reads on from where it is, and releases what is safe
/// elsewhere. Positions count bytes since the ring was made and never wrap.
class Ring {
 public:
  /// No record is larger; an ending gets this much set aside.
  static constexpr std::size_t max_record_bytes = 2816;

  /// Makes the file. Capacity in bytes, at least 16 records' worth.
  [[nodiscard]] static Checked<std::unique_ptr<Ring>> create(const std::string& path, std::size_t capacity);
  /// A ring that another process has left, to be read to its end. The complaint names what this version can't read.
  [[nodiscard]] static Checked<std::unique_ptr<Ring>> open(const std::string& path);

  /// Producer only. False when the claim does not fit now; nothing is written then.
  [[nodiscard]] bool push(std::string_view record, Claim claim);
  /// Producer only. Behind the last record that was pushed.
  [[nodiscard]] std::uint64_t pushed() const { return header_->tail.load(std::memory_order_relaxed); }

  /// Producer only. Sets aside the room of an ending whose opening is in another ring; false when there is none.
  [[nodiscard]] bool reserve_ending();
  /// Producer only. Gives back what an opening has set aside, because it ends in another ring.
  void release_ending();

  /// Producer only. How much of the ring is in use, 0 to 1.
  [[nodiscard]] double fill() const;

  /// Consumer only. The record to be read next; nothing where there is none yet. Valid until the next call, or until it
  /// is released.
  [[nodiscard]] std::optional<std::string_view> peek();
  /// Consumer only. Reads on behind the record that was peeked at.
  void pop();
  /// Consumer only. Reads again from what was released last.
  void rewind() { read_ = header_->head.load(std::memory_order_relaxed); }
  [[nodiscard]] bool holds_unreleased() const { return read_ != header_->head.load(std::memory_order_relaxed); }

  /// Consumer only. Notes in the file that the batch of that number ends, in this ring, with what has been read.
  void mark(std::uint64_t batch);
  /// Consumer only. Frees what was read.
  void release();
  /// Consumer only, after a crash: frees what the batch of that number had read, if it had read anything here.
  void release_batch(std::uint64_t batch);

  /// Any thread. Up to here everything was released.
  [[nodiscard]] std::uint64_t released() const { return header_->head.load(std::memory_order_acquire); }

 private:
  struct Mark {
    std::atomic<std::uint64_t> batch;
    std::atomic<std::uint64_t> position;
  };
  /// The first page of the file.
  struct Header {
    std::uint64_t magic;
    std::uint64_t version;
    std::uint64_t capacity;
    Mark marks[2];  ///< of the last two batches: one is whole while the other is being written
    alignas(64) std::atomic<std::uint64_t> head;
    alignas(64) std::atomic<std::uint64_t> tail;
  };
  static constexpr std::size_t header_bytes = 4096;
  static constexpr std::uint64_t magic_number = 0x676e697268736773;  // "sgshring"
  static constexpr std::uint64_t version_number = 1;
  /// Less is not worth a system call, so what is given back lags by up to this much behind what was released.
  static constexpr std::size_t lag = std::size_t{128} * 1024;

  explicit Ring(MappedFile file);
  [[nodiscard]] bool is_sound() const;
  [[nodiscard]] std::uint32_t read_size(std::uint64_t at) const;
  void write_bytes(std::uint64_t at, const char* bytes, std::size_t size);
  void release_up_to(std::uint64_t position);
  /// The ring is large because every open tunnel has room set aside in it, but most of the time nearly empty.
  void give_back_up_to(std::uint64_t position);

  MappedFile file_;
  Header* header_;
  char* bytes_;
  std::size_t capacity_;
  std::size_t reserved_ = 0;      ///< producer's: room set aside for endings
  std::uint64_t read_ = 0;        ///< consumer's
  std::uint64_t seen_ = 0;        ///< consumer's: the tail when it was last looked at
  std::uint64_t given_back_ = 0;  ///< consumer's: up to here
  std::string scratch_;           ///< consumer's: a record that goes over the edge
};

}  // namespace shirgate
