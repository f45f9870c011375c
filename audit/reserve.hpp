// Room on the disk that is kept for the day the disk is full.
#pragma once

#include <cstdint>
#include <string>

namespace shirgate {

class Reserve {
 public:
  explicit Reserve(std::string path) : path_(std::move(path)) {}

  /// Takes the room, as far as it isn't taken. False when the disk has none.
  [[nodiscard]] bool hold();
  /// Lets others, above all the log, have it.
  void give_up();
  [[nodiscard]] bool is_held() const { return held_; }

 private:
  static constexpr std::int64_t bytes = std::int64_t{4} << 20;

  std::string path_;
  bool held_ = false;
};

}  // namespace shirgate
