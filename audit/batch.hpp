// The lines that go to disk next: numbered, chained, and easy to take back while the disk has not taken them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.hpp"
#include "audit/event.hpp"
#include "audit/line.hpp"
#include "audit/live_tunnels.hpp"
#include "audit/ring.hpp"
#include "certs/signing_key.hpp"

namespace shirgate {

/// Between batches it stands for the log so far: where its chain ends, which tunnels are open. One thread.
class Batch {
 public:
  Batch(Chain chain, LiveTunnels live) : chain_(std::move(chain)), live_(std::move(live)), begin_(chain_.end()) {}

  /// A line of the journal's own, as append_json writes it.
  void add_body(std::string_view body);
  /// What a segment begins with: who writes it, and every tunnel that is open.
  void add_segment_header(std::string_view program, const PublicKey& key, bool lab);
  /// Signs everything before it. What is told about it: "audit head <gate> <seq> <prev> <signature>".
  std::string add_head(const SigningKey& key, bool lab);
  /// Reads the rings until they are empty or the text has `limit` bytes. A tunnel may open through one ring and close
  /// through another: its end is never put before its beginning.
  void collect(std::span<const std::unique_ptr<Ring>> rings, std::size_t limit);

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }
  /// How many of the lines are writers' events.
  [[nodiscard]] std::size_t events() const { return events_; }
  /// Where the log ends without the batch, and with it.
  [[nodiscard]] const ChainEnd& begin() const { return begin_; }
  [[nodiscard]] const ChainEnd& end() const { return chain_.end(); }
  [[nodiscard]] const std::string& gate() const { return chain_.gate(); }
  /// With the batch.
  [[nodiscard]] const LiveTunnels& live() const { return live_; }

  /// The disk has it: the next one joins here.
  void keep();
  /// The disk has nothing of it. What came from rings is read from there again.
  void take_back();

 private:
  struct Change {
    std::uint64_t tunnel;
    bool opened;
  };
  void add(const Event& event);
  /// The most that fits, from ring to ring; true when there was something. `waiting`: an end came before its beginning.
  bool collect_round(std::span<const std::unique_ptr<Ring>> rings, std::size_t limit, bool force, bool& waiting);
  void note_change(const BodyFront& front);

  Chain chain_;
  LiveTunnels live_;
  ChainEnd begin_;
  std::string text_;
  std::string body_;  ///< of the journal's own line that is being made
  std::size_t events_ = 0;
  std::vector<Change> changes_;  ///< of live_ by this batch, in order
  std::string policy_;           ///< fingerprint in force, as the log says; empty where it has not said
  std::string next_policy_;      ///< with the batch
};

}  // namespace shirgate
