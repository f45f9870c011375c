#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

#include "proxy/relay/stuck.hpp"

namespace shirgate {

void StuckMemory::Unmap::operator()(char* block) const { ::munmap(block, max_stuck_bytes); }

StuckMemory::Block StuckMemory::lend() {
  if (spares_ > 0) {
    auto block = std::move(spare_[--spares_]);
    least_spares_ = std::min(least_spares_, spares_);
    return block;
  }
  void* const place = ::mmap(nullptr, max_stuck_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (place == MAP_FAILED) throw std::bad_alloc();
  return Block(static_cast<char*>(place));
}

void StuckMemory::take_back(Block block) {
  if (spares_ < spare_.size()) spare_[spares_++] = std::move(block);
}

void StuckMemory::tidy() {
  if (least_spares_ > 0) spare_[--spares_].reset();
  least_spares_ = spares_;
}

void Stuck::keep(std::string_view bytes, StuckMemory& memory) {
  if (bytes.empty()) return;
  block_ = memory.lend();
  std::copy(bytes.begin(), bytes.end(), block_.get());
  begin_ = 0;
  end_ = static_cast<std::uint32_t>(bytes.size());
}

void Stuck::drop(std::size_t count, StuckMemory& memory) {
  begin_ += static_cast<std::uint32_t>(count);
  if (empty() && block_) memory.take_back(std::move(block_));
}

}  // namespace shirgate
