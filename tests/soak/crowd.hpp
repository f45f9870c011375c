// All ends of one side, on one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>

#include "end.hpp"

namespace shirgate::soak {

class Crowd {
 public:
  /// `door`: a listening descriptor whose connections are upstreams, or -1.
  Crowd(Board& board, int door);
  ~Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  /// The next client, or none for now; asked again and again while fewer than `concurrent` are open.
  using NextClient = std::function<std::unique_ptr<End>()>;
  /// Until `is_over`, or until the board has failed.
  void run(const std::function<bool()>& is_over, const NextClient& next_client, std::size_t concurrent);

 private:
  void accept_all();
  void take(std::unique_ptr<End> end);
  void work(End& end);
  void watch(End& end, std::uint32_t wants);
  void wake_sleepers();
  void wait_for_events();

  Board& board_;
  int door_;
  int epoll_;
  std::unordered_map<End*, std::unique_ptr<End>> ends_;
  std::multimap<Clock::time_point, End*> sleepers_;
};

}  // namespace shirgate::soak
