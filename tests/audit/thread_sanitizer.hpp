// What ThreadSanitizer can't watch is left out where it watches.
#pragma once

namespace shirgate::test {

#ifdef __SANITIZE_THREAD__
inline constexpr bool under_thread_sanitizer = true;
#else
inline constexpr bool under_thread_sanitizer = false;
#endif

}  // namespace shirgate::test
