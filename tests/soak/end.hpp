// One end of one tunnel: plays its part of the script on a non-blocking socket and checks every byte it gets.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "board.hpp"

namespace shirgate::soak {

enum class Side : std::uint8_t { client, upstream };

class End {
 public:
  /// A client that is connecting. Takes the descriptor over.
  End(Board& board, int fd, std::size_t tunnel);
  /// An upstream that has accepted somebody; the hello says whom.
  End(Board& board, int fd);
  ~End();
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  /// A bounded piece of reading and writing; not before `sleeps_until()`.
  void work();
  [[nodiscard]] bool over() const { return fd_ < 0; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] Clock::time_point sleeps_until() const { return sleeps_until_; }
  void wake() { sleeps_until_ = {}; }
  /// EPOLLIN, EPOLLOUT, both or neither.
  [[nodiscard]] std::uint32_t wants() const;

  std::uint32_t watched_for = 0;  ///< the loop's

 private:
  enum class Phase : std::uint8_t { connecting, answer, server_hello, hello, streaming };
  void begin(std::size_t tunnel);
  void read();
  void write();
  /// Of what came before the stream; what it says next is left in `words_`.
  void hear(std::string_view bytes);
  void check(std::string_view bytes);
  void sleep_if_due(bool has_read);
  void heard_end();
  void lost(int error);
  void finish(bool by_reset);
  void fail(const std::string& what);
  [[nodiscard]] bool has_more() const;
  [[nodiscard]] std::size_t read_size();
  [[nodiscard]] std::size_t piece() { return 1 + random_() % (std::size_t{1} << random_() % 19); }

  Board& board_;
  Side side_;
  int fd_;
  Phase phase_;
  std::size_t tunnel_ = 0;
  Part mine_;
  Part theirs_;
  std::mt19937_64 random_;
  std::string heard_;  ///< before the stream
  std::string words_;  ///< of the greetings, still to be sent
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  bool finished_ = false;  ///< has sent all, and the end
  bool got_end_ = false;
  bool paused_ = false;
  Clock::time_point sleeps_until_{};
};

}  // namespace shirgate::soak
