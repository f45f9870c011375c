#include "audit/ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

namespace shirgate {
namespace {

constexpr std::size_t framed(std::size_t size) { return size + sizeof(std::uint32_t); }

constexpr std::size_t ending_room = framed(Ring::max_record_bytes);

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not outlive the process");

}  // namespace

Checked<std::unique_ptr<Ring>> Ring::create(const std::string& path, std::size_t capacity) {
  capacity = std::max(capacity, 16 * framed(max_record_bytes));
  // It gets its name when it is whole: what a crash cuts short is no ring.
  const auto unfinished = path + ".new";
  auto file = MappedFile::create(unfinished, header_bytes + capacity);
  if (file.has_error()) return file.error();
  auto* const header = new (file->data()) Header{};
  header->magic = magic_number;
  header->version = version_number;
  header->capacity = capacity;
  if (std::rename(unfinished.c_str(), path.c_str()) != 0)
    return complain(fmt::format("audit: can't make {}: {}", path, std::strerror(errno)));
  return std::unique_ptr<Ring>(new Ring(*std::move(file)));
}

Checked<std::unique_ptr<Ring>> Ring::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (file.has_error()) return file.error();
  const auto* const header = reinterpret_cast<const Header*>(file->data());
  const bool readable = file->size() > header_bytes && header->magic == magic_number &&
                        header->version == version_number && header->capacity == file->size() - header_bytes;
  std::unique_ptr<Ring> ring;
  if (readable) ring.reset(new Ring(*std::move(file)));
  if (!ring || !ring->is_sound())
    return complain(fmt::format(
        "audit: {} can't be read: damaged, or of another version; move it away, and the last events it holds are lost",
        path));
  return ring;
}

Ring::Ring(MappedFile file)
    : file_(std::move(file)),
      header_(std::launder(reinterpret_cast<Header*>(file_.data()))),
      bytes_(file_.data() + header_bytes),
      capacity_(header_->capacity),
      read_(header_->head.load(std::memory_order_acquire)),
      seen_(header_->tail.load(std::memory_order_acquire)),
      given_back_(read_) {
  scratch_.reserve(max_record_bytes);
}

bool Ring::is_sound() const {
  if (seen_ < read_ || seen_ - read_ > capacity_) return false;
  auto at = read_;
  while (at < seen_) {
    if (seen_ - at < sizeof(std::uint32_t) || read_size(at) > max_record_bytes) return false;
    at += framed(read_size(at));
  }
  return at == seen_;
}

double Ring::fill() const {
  const auto used = pushed() - header_->head.load(std::memory_order_relaxed);
  return static_cast<double>(used) / static_cast<double>(capacity_);
}

bool Ring::push(std::string_view record, Claim claim) {
  if (record.size() > max_record_bytes) return false;
  const auto tail = pushed();
  const std::size_t free = capacity_ - (tail - released());
  const std::size_t need = framed(record.size());

  std::size_t must_stay_free = 0;
  switch (claim) {
    case Claim::refusal: must_stay_free = reserved_ + capacity_ / 4; break;
    case Claim::opening: must_stay_free = reserved_ + ending_room; break;
    case Claim::during: must_stay_free = reserved_; break;
    case Claim::ending: must_stay_free = 0; break;
  }
  if (free < need + must_stay_free) return false;

  const auto size = static_cast<std::uint32_t>(record.size());
  char frame[sizeof size];
  std::memcpy(frame, &size, sizeof size);
  write_bytes(tail, frame, sizeof size);
  write_bytes(tail + sizeof size, record.data(), record.size());
  header_->tail.store(tail + need, std::memory_order_release);

  if (claim == Claim::opening) reserved_ += ending_room;
  if (claim == Claim::ending) release_ending();
  return true;
}

bool Ring::reserve_ending() {
  if (capacity_ - (pushed() - released()) < reserved_ + ending_room) return false;
  reserved_ += ending_room;
  return true;
}

void Ring::release_ending() { reserved_ -= std::min(reserved_, ending_room); }

std::optional<std::string_view> Ring::peek() {
  if (read_ == seen_) seen_ = header_->tail.load(std::memory_order_acquire);
  if (read_ == seen_) return std::nullopt;
  const std::size_t size = read_size(read_);
  const std::size_t start = (read_ + sizeof(std::uint32_t)) % capacity_;
  if (start + size <= capacity_) return std::string_view(bytes_ + start, size);
  scratch_.assign(bytes_ + start, capacity_ - start);
  scratch_.append(bytes_, size - (capacity_ - start));
  return std::string_view(scratch_);
}

void Ring::pop() { read_ += framed(read_size(read_)); }

void Ring::mark(std::uint64_t batch) {
  auto& mark = header_->marks[batch % 2];
  // In this order for whoever reads the file after a crash.
  mark.batch.store(0, std::memory_order_release);
  mark.position.store(read_, std::memory_order_release);
  mark.batch.store(batch, std::memory_order_release);
}

void Ring::release() { release_up_to(read_); }

void Ring::release_batch(std::uint64_t batch) {
  const auto& mark = header_->marks[batch % 2];
  const std::uint64_t position = mark.position;
  if (mark.batch != batch || position < released() || position > pushed()) return;
  release_up_to(position);
  rewind();
}

void Ring::release_up_to(std::uint64_t position) {
  header_->head.store(position, std::memory_order_release);
  give_back_up_to(position);
}

void Ring::give_back_up_to(std::uint64_t position) {
  if (position - given_back_ < lag) return;
  while (given_back_ < position) {
    const std::size_t start = given_back_ % capacity_;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(position - given_back_, capacity_ - start));
    file_.drop(header_bytes + start, size);
    given_back_ += size;
  }
}

void Ring::write_bytes(std::uint64_t at, const char* bytes, std::size_t size) {
  const std::size_t start = at % capacity_;
  const std::size_t first = std::min(size, capacity_ - start);
  std::memcpy(bytes_ + start, bytes, first);
  std::memcpy(bytes_, bytes + first, size - first);
}

std::uint32_t Ring::read_size(std::uint64_t at) const {
  char frame[sizeof(std::uint32_t)];
  const std::size_t start = at % capacity_;
  const std::size_t first = std::min(sizeof frame, capacity_ - start);
  std::memcpy(frame, bytes_ + start, first);
  std::memcpy(frame + first, bytes_, sizeof frame - first);
  std::uint32_t size = 0;
  std::memcpy(&size, frame, sizeof size);
  return size;
}

}  // namespace shirgate
