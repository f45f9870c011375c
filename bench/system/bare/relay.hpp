// A tunnel of the bare relay: no policy, no look at the bytes, no log. The floor that proxies are compared with.
#pragma once
#include <netinet/in.h>
#include <sys/epoll.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bare {

enum class Engine { splice, copy };

struct Settings {
  Engine engine = Engine::splice;
  std::size_t copy_bytes = 64 << 10;
  int pipe_bytes = 1 << 20;
  std::map<std::string, sockaddr_in, std::less<>> targets;  ///< "name:port" of a CONNECT, and where it leads
};

struct Pipe {
  int read_end = -1, write_end = -1;
};

/// What the tunnels of one thread share.
struct Worker {
  explicit Worker(const Settings& its_settings);
  [[nodiscard]] Pipe take_pipe();

  const Settings& settings;
  int epoll;
  std::vector<Pipe> pipes;   ///< empty ones, last used first
  std::vector<char> bounce;  ///< of the copy engine
};

class Tunnel;

struct Leg {
  Tunnel* tunnel = nullptr;  ///< none: this is a listener
  int fd = -1;
  bool may_read = false, may_write = false, failed = false;
};

enum class Turn { waiting, again, over };

class Tunnel {
 public:
  Tunnel(Worker& worker, int client);
  ~Tunnel();
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  /// Works until it would block, or until others should have their turn.
  [[nodiscard]] Turn turn();
  [[nodiscard]] bool dead() const { return dead_; }
  void die() { dead_ = true; }

 private:
  enum class Stage { request, connecting, relaying };
  enum class Moved { some, nothing, failed };
  struct Way {
    Leg &from, &to;
    bool ended = false;
    Pipe pipe{};
    std::size_t in_pipe = 0;
    std::vector<char> unsent{};
  };
  [[nodiscard]] bool read_request();
  [[nodiscard]] bool dial(const std::string& target);
  [[nodiscard]] bool confirm();
  [[nodiscard]] Turn relay();
  [[nodiscard]] Moved move(Way& way);
  [[nodiscard]] Moved splice_some(Way& way);
  [[nodiscard]] Moved copy_some(Way& way);
  [[nodiscard]] bool fill(Way& way);
  [[nodiscard]] bool drain(Way& way);
  [[nodiscard]] bool flush(Way& way);
  void end(Way& way);
  void give_back(Way& way);
  void watch(Leg& leg);

  Worker& worker_;
  Leg client_, upstream_;
  Way up_{client_, upstream_}, down_{upstream_, client_};
  Stage stage_ = Stage::request;
  std::string request_;
  bool dead_ = false;
};

}  // namespace bare
