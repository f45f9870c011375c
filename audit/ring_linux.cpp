#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "audit/ring.hpp"

namespace shirgate {

void Ring::give_back_up_to(std::uint64_t at) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  if (at - given_back_ < lag) return;
  while (given_back_ < at) {
    const std::size_t start = given_back_ % size_;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(at - given_back_, size_ - start));
    const auto first = reinterpret_cast<std::uintptr_t>(bytes_.get()) + start;
    const auto first_page = (first + page - 1) / page * page;
    const auto end_page = (first + size) / page * page;
    if (end_page > first_page)
      ::madvise(reinterpret_cast<void*>(first_page), end_page - first_page, MADV_DONTNEED);  // NOLINT
    given_back_ += size;
  }
}

}  // namespace shirgate
