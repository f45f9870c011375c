// How a tunnel ends, as both peers and the log tell it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "audit/fields.hpp"
#include "sql_bytes.hpp"
#include "tunnel_client.hpp"

namespace shirgate::wire {

/// The SQL server hears the hello, both ways work, and the client's end is passed on.
inline void expect_relayed_to_the_end(Peer& client, Peer& server, const std::string& hello) {
  EXPECT_EQ(server.receive(hello.size()), hello);
  const auto first = answer_to_hello(hello);
  server.send(first);
  EXPECT_EQ(client.receive(first.size()), first);
  server.send("from the server");
  EXPECT_EQ(client.receive(15), "from the server");
  client.half_close();
  EXPECT_EQ(server.read_to_end().bytes, "");
  server.close();
  const auto rest = client.read_to_end();
  EXPECT_EQ(rest.bytes, "");
  EXPECT_EQ(to_string(rest.ending), "finished");
  client.close();
}

/// The server hears nothing more, and the log has no `checked` and one end: a close in the first flight.
inline void expect_cut_in_first_flight(Lab& lab, Peer& server, std::string_view reason, std::size_t from_client) {
  EXPECT_EQ(server.read_to_end().bytes, "");
  server.close();
  ASSERT_TRUE(lab.finish());
  EXPECT_EQ(lab.audit().count("checked"), 0U);
  ASSERT_EQ(lab.audit().terminal().size(), 1U);
  const auto close = lab.audit().only("close");
  EXPECT_EQ(reason_of(close), reason);
  EXPECT_EQ(text_of(close, field::stage), "first_flight");
  EXPECT_EQ(text_of(close, field::bytes_from_client), std::to_string(from_client));
}

}  // namespace shirgate::wire
