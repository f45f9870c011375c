// Azurite, Microsoft's emulator of Blob storage, where it is installed: a program of its own that stores what the node
// stages. The pretend endpoint stays in front of it, with the true name and the lab's certificate.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lab/pretend_service.hpp"
#include "lab/temporary_directory.hpp"
#include "policy/checked.hpp"

namespace shirgate::lab {

/// What storage is called where there is no Azurite.
inline constexpr std::string_view built_in_storage = "built-in";

class Azurite {
 public:
  static constexpr std::chrono::seconds start_limit{30};

  /// Runs an azurite-blob, as find_tool() finds it or by its path, on a port of loopback with one account and its data
  /// below TMPDIR, and waits until it serves, `limit` at most for all of that. Neither it nor what it forked into its
  /// process group outlives this object. It does not outlive the thread that calls this either, nor the process,
  /// whatever ends that; but what a wrapper around it forked may, where this object was not destroyed. The complaint is
  /// one line that says what to do; what it quotes of the program's output may hold any bytes.
  [[nodiscard]] static Checked<std::unique_ptr<Azurite>> start(const std::string& program, std::string_view account,
                                                               std::chrono::milliseconds limit = start_limit);
  /// Tells it to stop, and ends it where it has not within stop_limit.
  ~Azurite();
  Azurite(const Azurite&) = delete;
  Azurite& operator=(const Azurite&) = delete;

  /// What it answers. Works as long as this object lives.
  [[nodiscard]] Service service() const;
  /// "Azurite 3.35.0", as it says itself.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Azurite() = default;
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds stop_limit{3};

  [[nodiscard]] Checked<bool> come_up(const std::string& program, std::string_view account,
                                      std::chrono::milliseconds limit);
  [[nodiscard]] Checked<bool> run(const std::string& program, std::string_view account);
  [[nodiscard]] Checked<bool> wait_until_it_listens(Clock::time_point deadline);
  [[nodiscard]] Checked<bool> ask_its_name(std::string_view account, Clock::time_point deadline);
  /// Leaves it to be waited for: until then its group can't be another's.
  [[nodiscard]] bool has_ended() const;
  [[nodiscard]] std::string output() const;
  [[nodiscard]] Endpoint at() const;

  TemporaryDirectory directory_{"azurite"};
  int pid_ = -1;
  std::uint16_t port_ = 0;
  std::string name_{};
};

/// Where it says it listens; nothing as long as it has not said so to the end of the line.
[[nodiscard]] std::optional<std::uint16_t> port_in(std::string_view output);
/// "Azurite 3.35.0" out of the Server of its answers; nothing where that is another server's.
[[nodiscard]] std::optional<std::string> azurite_name_in(std::string_view server);

}  // namespace shirgate::lab
