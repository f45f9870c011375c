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

class Azurite {
 public:
  static constexpr std::chrono::seconds start_limit{30};

  /// Runs an azurite-blob, of $PATH or by its path, on a port of loopback with one account and its data below TMPDIR,
  /// and waits until it serves. It never outlives this object, nor the thread that calls this, nor the process,
  /// whatever ends that. The complaint is one line that says what to do.
  [[nodiscard]] static Checked<std::unique_ptr<Azurite>> start(const std::string& program, std::string_view account,
                                                               std::chrono::milliseconds limit = start_limit);
  ~Azurite();
  Azurite(const Azurite&) = delete;
  Azurite& operator=(const Azurite&) = delete;

  /// What it answers. Works as long as this object lives.
  [[nodiscard]] Service service() const;
  /// "Azurite 3.35.0", as it says itself.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  Azurite() = default;
  [[nodiscard]] bool run(const std::string& program, std::string_view account);
  [[nodiscard]] Checked<bool> wait_until_it_listens(std::chrono::milliseconds limit);
  [[nodiscard]] Checked<bool> ask_its_name(std::string_view account);
  [[nodiscard]] bool has_ended();
  [[nodiscard]] std::string output() const;

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
