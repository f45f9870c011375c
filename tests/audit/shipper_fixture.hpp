// A shipper with a receiver that does as the test says.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "audit/sinks/shipper.hpp"
#include "journal_reading.hpp"
#include "log_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {

/// What the receiver does is the test's to say; any thread.
struct Receiver {
  std::mutex mutex;
  std::vector<std::string> lines;  ///< everything that was sent, repetitions too
  std::uint64_t confirm_at_most = std::numeric_limits<std::uint64_t>::max();  ///< of each connection
  std::uint64_t break_after = std::numeric_limits<std::uint64_t>::max();      ///< lines of each connection
  bool is_there = true;
  bool is_full = false;
  bool throws = false;
  std::atomic<int> connects{0};
  std::function<void()> on_disconnect = [] {};

  template <class Change>
  void change(Change how) {
    const std::scoped_lock lock(mutex);
    how(*this);
  }
  std::vector<std::string> unique() {
    const std::scoped_lock lock(mutex);
    std::map<std::uint64_t, std::string> by_number;
    for (const auto& line : lines) by_number.emplace(read_line_front(line)->seq, line);
    std::vector<std::string> all;
    for (const auto& [seq, line] : by_number) all.push_back(line);
    return all;
  }
};

class FakeSink : public Sink {
 public:
  explicit FakeSink(Receiver& receiver) : receiver_(receiver) {}
  Checked<bool> connect(const std::function<bool()>&) override {
    const std::scoped_lock lock(receiver_.mutex);
    ++receiver_.connects;
    sent_ = 0;
    if (!receiver_.is_there) return complain("nobody is there");
    return true;
  }
  Checked<bool> send(const Shipment& shipment) override {
    const std::scoped_lock lock(receiver_.mutex);
    if (!receiver_.is_there || sent_ >= receiver_.break_after) return complain("the connection broke");
    if (receiver_.is_full) return false;
    if (receiver_.throws) throw std::runtime_error("no thread can be had");
    receiver_.lines.emplace_back(shipment.text);
    ++sent_;
    return true;
  }
  Checked<std::uint64_t> confirmed(std::chrono::milliseconds wait) override {
    {
      const std::scoped_lock lock(receiver_.mutex);
      if (!receiver_.is_there) return complain("the connection broke");
      if (sent_ <= receiver_.confirm_at_most) return sent_;
    }
    std::this_thread::sleep_for(wait);
    const std::scoped_lock lock(receiver_.mutex);
    return std::min(sent_, receiver_.confirm_at_most);
  }
  bool is_connected() const override { return true; }
  void disconnect() override { receiver_.on_disconnect(); }

 private:
  Receiver& receiver_;
  std::uint64_t sent_ = 0;
};

class ShipperTest : public testing::Test {
 protected:
  void start(SinkSettings settings = {.name = "siem"}) {
    const CursorFile file(directory_.path(), settings.name);
    shipper_ = std::make_unique<Shipper>(directory_.path(),
                                         Shipper::Parts{.settings = settings,
                                                        .sink = std::make_unique<FakeSink>(receiver_),
                                                        .cursor_file = file,
                                                        .cursor = file.read()->value_or(Cursor()),
                                                        .on_trouble = [this](std::string_view text) { note(text); }},
                                         durable_);
    const auto found = shipper_->find_place();
    ASSERT_TRUE(found.has_value()) << found.error().text();
    shipper_->start();
  }
  void note(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    troubles_.emplace_back(text);
  }
  void write(int count) {
    for (auto& line : log_.add_many(count)) written_.push_back(line);
    durable_.advance_to(log_.end().next_seq - 1);
  }
  bool all_arrive() {
    return holds_soon([this] { return shipper_->lag() == 0; });
  }
  Cursor kept() const { return CursorFile(directory_.path(), "siem").read()->value_or(Cursor()); }

  TemporaryDirectory directory_;
  LogWriter log_{directory_.path()};
  std::vector<std::string> written_;
  Durable durable_;
  Receiver receiver_;
  std::mutex mutex_;
  std::vector<std::string> troubles_;
  std::unique_ptr<Shipper> shipper_;
};

}  // namespace shirgate::test
