// Counts every request for memory in a test program that links this, so that a promise like "a hello costs no memory"
// can fail. malloc is what is counted, so those of operator new and of OpenSSL are in it.
#pragma once

#include <cstddef>

namespace shirgate::test {

/// Since the program began, on all threads.
[[nodiscard]] std::size_t allocation_count();

template <class Work>
[[nodiscard]] std::size_t allocations_of(Work work) {
  const auto before = allocation_count();
  work();
  return allocation_count() - before;
}

}  // namespace shirgate::test
