#include "proxy/gate/occupancy.hpp"

#include <string_view>

namespace shirgate {

std::size_t Occupancy::place_of(const Address& client) {
  const std::string_view bytes(reinterpret_cast<const char*>(client.bytes.data()), client.bytes.size());
  return std::hash<std::string_view>{}(bytes) % places;
}

Result<Permit> Occupancy::enter(const Address& client) {
  const auto place = place_of(client);
  if (clients_[place].fetch_add(1, std::memory_order_relaxed) >= most_per_client_) {
    clients_[place].fetch_sub(1, std::memory_order_relaxed);
    return Reason::client_limit;
  }
  if (total_.fetch_add(1, std::memory_order_relaxed) >= most_) {
    leave(place);
    return Reason::total_limit;
  }
  return Permit(*this, place);
}

void Occupancy::leave(std::size_t place) {
  clients_[place].fetch_sub(1, std::memory_order_relaxed);
  total_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace shirgate
