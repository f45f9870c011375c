#include "allocation_count.hpp"

#include <atomic>

namespace {

std::atomic<std::size_t> requests{0};

void count() { requests.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

namespace shirgate::test {

std::size_t allocation_count() { return requests.load(); }

}  // namespace shirgate::test

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// malloc and operator new are the sanitizer's here; it tells of each.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                                         void (*freed)(const volatile void*));

namespace {

[[maybe_unused]] const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { count(); }, [](const volatile void*) {});

}  // namespace

#else

// In front of glibc's own, for this program and every library it loads.
extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t number, std::size_t size);
void* __libc_realloc(void* place, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}

void* realloc(void* place, std::size_t size) {
  count();
  return __libc_realloc(place, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

}  // extern "C"

#endif
