// A session is 40 KiB that live for milliseconds: the thread keeps the storage of some for the next ones.
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
    while (kept_ > 0) ::operator delete(places_[--kept_]);
  }

  void* take() { return kept_ > 0 ? places_[--kept_] : ::operator new(sizeof(Session)); }
  void give_back(void* place) {
    if (kept_ < places_.size())
      places_[kept_++] = place;
    else
      ::operator delete(place);
  }

 private:
  std::size_t kept_ = 0;
  std::array<void*, 8> places_{};
};

thread_local Storage storage;

}  // namespace

void* Session::operator new(std::size_t) { return storage.take(); }
void Session::operator delete(void* place) { storage.give_back(place); }

}  // namespace shirgate
