// What every row of the corpus goes through, whichever runner plays it: its world, its client, and the row of the
// design's table for the stage where it ended.
#pragma once

#include <gtest/gtest.h>

#include "corpus_lab.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {

class AttackRun : public testing::TestWithParam<AttackCase> {
 protected:
  AttackRun() : world_(GetParam()), client_(world_.lab().client()) {}

  /// One write; where the row wants time to pass behind it, the gate reads it before the next one goes out.
  void send_piece(const std::string& bytes);
  /// What the row does behind its last byte.
  void do_then();
  /// The alert the row wants told, as a record; empty where it wants silence.
  [[nodiscard]] std::string expected_alert() const;

  /// The client has heard what it should. One `open`, one `close` with the row's reason, one connect, and nothing at
  /// the upstream but the bytes it has read already.
  void expect_cut_in_first_flight(std::size_t bytes_upstream);
  /// Both sides have finished after `up` and `down` bytes: one `open`, one `checked`, one `close`.
  void expect_relayed(std::size_t up, std::size_t down);
  /// After the gate has stopped: how many connections it made, and what more than was read came over them.
  void expect_upstream(std::size_t connects);
  /// Nothing hostile reaches a reader of the log unescaped.
  void expect_printable_log();

  CorpusLab world_;
  Peer client_;
};

}  // namespace shirgate::wire
