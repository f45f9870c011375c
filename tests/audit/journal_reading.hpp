// What a journal left on disk, and waiting for what its thread does.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "audit/fields.hpp"
#include "audit/journal.hpp"
#include "audit/segment.hpp"

namespace shirgate::test {

/// True as soon as the condition holds; false when it does not within half a minute.
template <class Condition>
bool holds_soon(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

inline std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Every whole line of every segment, oldest first.
inline std::vector<std::string> lines_in(const std::string& directory) {
  std::vector<std::string> lines;
  for (const auto& path : segments_of(directory)) {
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line) && !file.eof();) lines.push_back(line);
  }
  return lines;
}

/// The numbers of the lines; each line must be a JSON object.
inline std::vector<std::int64_t> numbers_in(const std::string& directory) {
  std::vector<std::int64_t> numbers;
  for (const auto& line : lines_in(directory))
    numbers.push_back(boost::json::parse(line).as_object().at(field::seq).as_int64());
  return numbers;
}

inline void expect_no_gap(const std::string& directory, std::size_t lines) {
  const auto numbers = numbers_in(directory);
  EXPECT_EQ(numbers.size(), lines);
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<std::int64_t>(i) + 1);
}

inline std::unique_ptr<Journal> open_journal(const std::string& directory, std::size_t writers = 1,
                                             std::chrono::milliseconds group = std::chrono::milliseconds(1),
                                             std::size_t ring_bytes = std::size_t{1} << 20) {
  auto journal = Journal::open({.directory = directory, .group = group, .writers = writers, .ring_bytes = ring_bytes});
  EXPECT_TRUE(journal.has_value()) << (journal.has_error() ? journal.error().text() : "");
  return journal.has_value() ? *std::move(journal) : nullptr;
}

inline Event tunnel_event(Action action, std::uint64_t tunnel) {
  return {.action = action, .at = std::chrono::system_clock::now(), .tunnel = tunnel};
}

}  // namespace shirgate::test
