#include "policy/name.hpp"

#include <mutex>
#include <set>

namespace shirgate {

Name::Name(std::string_view text) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> pool;  // nodes never move and are never erased
  if (text.empty()) return;
  const std::scoped_lock lock(mutex);
  auto found = pool.find(text);
  if (found == pool.end()) found = pool.emplace(text).first;
  text_ = &*found;
}

}  // namespace shirgate
