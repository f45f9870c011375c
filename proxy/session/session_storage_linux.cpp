// A session is 40 KiB that live for milliseconds. The thread keeps the storage of some for the next ones; what a rush
// needs beyond that goes back to the kernel at once, or long-lived neighbours on the heap would keep it from going.
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include <array>
#include <new>

#include "proxy/session/session.hpp"

namespace shirgate {
namespace {

class Storage {
 public:
  Storage() = default;
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;
  ~Storage() {
    while (kept_ > 0) unmap(places_[--kept_]);
  }

  void* take() {
    if (kept_ == 0) return map();
    void* const place = places_[--kept_];
    ASAN_UNPOISON_MEMORY_REGION(place, sizeof(Session));
    return place;
  }
  void give_back(void* place) {
    if (kept_ == places_.size()) return unmap(place);
    // So that AddressSanitizer, in builds that have it, reports whoever still uses it.
    ASAN_POISON_MEMORY_REGION(place, sizeof(Session));
    places_[kept_++] = place;
  }

 private:
  static void* map() {
    void* const place = ::mmap(nullptr, sizeof(Session), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) throw std::bad_alloc();
    return place;
  }
  static void unmap(void* place) {
    ASAN_UNPOISON_MEMORY_REGION(place, sizeof(Session));  // who gets the address next knows nothing of this
    ::munmap(place, sizeof(Session));
  }

  std::size_t kept_ = 0;
  std::array<void*, 16> places_{};
};

thread_local Storage storage;

}  // namespace

void* Session::operator new(std::size_t) { return storage.take(); }
void Session::operator delete(void* place) { storage.give_back(place); }

}  // namespace shirgate
