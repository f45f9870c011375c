// Sets that stay small whatever is put into them, and say honestly what they left out.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace shirgate {

/// How many different texts there were, up to a limit. Texts are told apart by a hash of 64 bits.
class Distinct {
 public:
  explicit Distinct(std::size_t limit) : limit_(limit) {}
  void add(std::string_view text) {
    const auto hash = std::hash<std::string_view>{}(text);
    if (hashes_.size() < limit_)
      hashes_.insert(hash);
    else
      full_ = full_ || !hashes_.contains(hash);
  }
  [[nodiscard]] std::size_t count() const { return hashes_.size(); }
  /// True where there were more than count() says.
  [[nodiscard]] bool is_least() const { return full_; }

 private:
  std::size_t limit_;
  boost::unordered_flat_set<std::size_t> hashes_;
  bool full_ = false;
};

/// The first few of many texts, and how many others there were.
class FewOf {
 public:
  static constexpr std::size_t max_listed = 8;
  static constexpr std::size_t max_counted = 500;

  /// An empty text is none.
  void add(std::string_view text) {
    if (text.empty() || std::find(listed_.begin(), listed_.end(), text) != listed_.end()) return;
    if (listed_.size() < max_listed)
      listed_.emplace_back(text);
    else
      others_.add(text);
  }
  /// In the order they were first met.
  [[nodiscard]] const std::vector<std::string>& listed() const { return listed_; }
  /// How many beside those listed.
  [[nodiscard]] std::size_t more() const { return others_.count(); }
  /// True where more() is only the least it can be.
  [[nodiscard]] bool more_is_least() const { return others_.is_least(); }
  [[nodiscard]] bool empty() const { return listed_.empty(); }

 private:
  std::vector<std::string> listed_;
  Distinct others_{max_counted};
};

}  // namespace shirgate
