// Where small objects of one kind live side by side, apart from the heap: many of them for long, between allocations
// that come and go, would keep the heap's pages from ever going back to the kernel.
#pragma once

#include <sanitizer/asan_interface.h>

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace shirgate {

/// One thread. Room that an object leaves is for the next one; it goes back to the kernel when the slab does.
template <class T>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  /// Where memory runs out it throws, and has not touched the arguments.
  template <class... Arguments>
  [[nodiscard]] T* make(Arguments&&... arguments) {
    if (free_.empty()) grow();
    ASAN_UNPOISON_MEMORY_REGION(free_.back(), sizeof(Place));
    auto* const object = ::new (static_cast<void*>(free_.back())) T(std::forward<Arguments>(arguments)...);
    free_.pop_back();
    return object;
  }
  /// An object of this slab.
  void destroy(T* object) {
    object->~T();
    // So that AddressSanitizer, in builds that have it, reports whoever still uses it.
    ASAN_POISON_MEMORY_REGION(object, sizeof(Place));
    free_.push_back(reinterpret_cast<Place*>(object));
  }

  /// Owns an object. The slab must outlive it.
  struct Destroy {
    Slab* slab = nullptr;
    void operator()(T* object) const { slab->destroy(object); }
  };
  using Pointer = std::unique_ptr<T, Destroy>;
  template <class... Arguments>
  [[nodiscard]] Pointer own(Arguments&&... arguments) {
    return Pointer(make(std::forward<Arguments>(arguments)...), Destroy{this});
  }

 private:
  struct Place {
    alignas(T) std::byte bytes[sizeof(T)];
  };
  /// Large enough that the C library asks the kernel for each block by itself.
  static constexpr std::size_t block_bytes = std::size_t{256} * 1024;
  static constexpr std::size_t in_a_block = block_bytes / sizeof(Place);

  void grow() {
    // Room to give all of them back, so that destroying never allocates.
    free_.reserve((blocks_.size() + 1) * in_a_block);
    blocks_.emplace_back(new Place[in_a_block]);
    for (std::size_t i = in_a_block; i-- > 0;) free_.push_back(&blocks_.back()[i]);
  }

  std::vector<std::unique_ptr<Place[]>> blocks_;
  std::vector<Place*> free_;
};

}  // namespace shirgate
