// What a journal left on disk, and waiting for what its thread does.
#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "audit/fields.hpp"
#include "audit/journal.hpp"
#include "audit/line.hpp"
#include "audit/segment.hpp"
#include "audit/segment_reader.hpp"
#include "audit/verify.hpp"

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

/// Every whole line of every segment, plain or compressed, oldest first; without those that a later segment supersedes.
inline std::vector<std::string> all_lines_in(const std::string& directory) {
  std::map<std::uint64_t, std::string> lines;
  std::uint64_t strange = std::uint64_t{1} << 63;
  for (const auto& path : segments_of(directory)) {
    lines.erase(lines.lower_bound(*first_seq_of(path)), lines.lower_bound(strange));
    auto reader = SegmentReader::open(path);
    while (const auto line = reader.has_value() ? reader->next() : std::nullopt) {
      const auto front = read_line_front(line->text);
      lines.emplace(front ? front->seq : strange + lines.size(), line->text);
    }
  }
  std::vector<std::string> sorted;
  for (auto& [seq, line] : lines) sorted.push_back(std::move(line));
  return sorted;
}

inline std::string action_of(const std::string& line) {
  const auto front = read_line_front(line);
  EXPECT_TRUE(front) << line;
  return front ? std::string(front->body.action) : std::string();
}

inline bool is_the_journals_own(const std::string& action) {
  static const std::set<std::string> own{"segment", "live", "head", "torn", "gap", "checkpoint"};
  return own.contains(action);
}

/// The lines of the writers.
inline std::vector<std::string> lines_in(const std::string& directory) {
  auto lines = all_lines_in(directory);
  std::erase_if(lines, [](const std::string& line) { return is_the_journals_own(action_of(line)); });
  return lines;
}

inline std::vector<std::string> lines_in(const std::string& directory, const std::string& action) {
  auto lines = all_lines_in(directory);
  std::erase_if(lines, [&](const std::string& line) { return action_of(line) != action; });
  return lines;
}

inline std::vector<std::string> actions_in(const std::string& directory) {
  std::vector<std::string> actions;
  for (const auto& line : all_lines_in(directory)) actions.push_back(action_of(line));
  return actions;
}

/// Every line is a JSON object, numbered from 1 and chained to the one before it; so many are the writers'.
inline void expect_no_gap(const std::string& directory, std::size_t events) {
  EXPECT_EQ(lines_in(directory).size(), events);
  ChainEnd end;
  for (const auto& line : all_lines_in(directory)) {
    const auto front = read_line_front(line);
    ASSERT_TRUE(front) << line;
    boost::system::error_code error;
    ASSERT_TRUE(boost::json::parse(line, error).is_object()) << line;
    ASSERT_EQ(front->seq, end.next_seq) << line;
    ASSERT_EQ(to_hex(front->prev), to_hex(end.prev)) << line;
    end = {front->seq + 1, hash_of_line(line)};
  }
}

inline std::string faults_of(const VerifyResult& result) {
  std::string text;
  for (const auto& fault : result.faults) text += fault.where + ": " + fault.what + '\n';
  return text;
}

/// What `verify` makes of it: nothing but what is as it should be.
inline VerifyResult expect_intact(const std::string& directory) {
  const auto result = verify(directory);
  EXPECT_TRUE(result.has_value()) << (result.has_error() ? result.error().text() : "");
  if (result.has_error()) return {};
  EXPECT_TRUE(result->intact()) << faults_of(*result);
  return *result;
}

/// For whoever wants it quick: no compression, no waiting.
inline JournalSettings settings_for(const std::string& directory, std::size_t writers = 1) {
  return {.directory = directory, .group = std::chrono::milliseconds(1), .writers = writers, .compress = false};
}

inline std::unique_ptr<Journal> open_journal(const JournalSettings& settings) {
  auto journal = Journal::open(settings);
  EXPECT_TRUE(journal.has_value()) << (journal.has_error() ? journal.error().text() : "");
  return journal.has_value() ? *std::move(journal) : nullptr;
}

inline std::unique_ptr<Journal> open_journal(const std::string& directory, std::size_t writers = 1,
                                             std::chrono::milliseconds group = std::chrono::milliseconds(1),
                                             std::size_t ring_bytes = std::size_t{1} << 20) {
  auto settings = settings_for(directory, writers);
  settings.group = group;
  settings.ring_bytes = ring_bytes;
  return open_journal(settings);
}

/// Why there is no journal.
inline std::string complaint_about(const std::string& directory) {
  const auto journal = Journal::open(settings_for(directory));
  return journal.has_error() ? journal.error().text() : "none";
}

inline Event tunnel_event(Action action, std::uint64_t tunnel) {
  return {.action = action, .at = std::chrono::system_clock::now(), .tunnel = tunnel};
}

}  // namespace shirgate::test
