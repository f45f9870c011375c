// The pretend node walks its channels as an integration runtime does: it registers, listens at the relay and answers
// what it is asked there, looks for an update, stages a copy in parallel blocks, fetches a secret, reads from SQL.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/scenario.hpp"
#include "lab/pretend_shir.hpp"
#include "lab/scenario_azure.hpp"

namespace shirgate::lab {

/// One connection of the walk, and what came of it.
struct Errand {
  std::string channel;
  std::string title;  ///< "registration"
  std::string host;
  std::uint16_t port = 443;
  Visit visit;
  std::string logged_as{};  ///< the log's channel, where that is another: a host belongs to one only
};

class ShirWalk {
 public:
  /// Everything is kept by reference and must outlive the walk. `sql_door` is where the node's SQL driver finds its
  /// server.
  ShirWalk(const PretendShir& shir, const Node& node, const NodeHosts& hosts, std::optional<Endpoint> sql_door)
      : shir_(shir), node_(node), hosts_(hosts), sql_door_(sql_door) {}

  /// Every channel the node uses, one after the other. `meanwhile`, if any, is called once, while the node listens at
  /// the relay; it must still be listening when that returns. Where it does not use the relay: after everything.
  [[nodiscard]] std::vector<Errand> walk(std::function<void()> meanwhile = nullptr);

 private:
  /// Visits; whether it worked.
  bool go(const std::string& channel, std::string title, Approach approach);
  bool go(const std::string& channel, std::string title, const std::string& host, Conversation talk);
  void note(Errand errand);

  void use(std::string_view channel);
  void use_control();
  void use_relay();
  void listen(TlsStream& stream, const std::string& host);
  void answer_at(const std::string& rendezvous);
  void use_update();
  void use_setup();
  void use_staged();
  [[nodiscard]] bool put_blocks(const std::string& bytes);
  [[nodiscard]] bool get_ranges(const std::string& bytes);
  void use_identity();
  void use_key_vault();
  void use_sql();

  const PretendShir& shir_;
  const Node& node_;
  const NodeHosts& hosts_;
  std::optional<Endpoint> sql_door_;
  std::function<void()> meanwhile_{};
  std::string token_{};
  std::string blob_{};  ///< what it stages now
  std::mutex mutex_;
  std::vector<Errand> errands_;
};

/// How often the relay pings while the node has nothing to say.
inline constexpr int quiet_pings = 5;

/// A staged copy's blocks, and how large they are.
inline constexpr std::size_t block_count = 4;
inline constexpr std::size_t block_bytes = std::size_t{2} << 20;

}  // namespace shirgate::lab
