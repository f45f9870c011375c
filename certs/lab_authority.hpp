// A certificate authority for the lab: made in memory, named so that nobody takes it for a real one, gone with the
// process. Its key is never written anywhere. A second authority plays the TLS-inspecting middlebox: it issues for the
// same names, and who trusts only the first must notice.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "certs/identity.hpp"

namespace shirgate {

/// May be used by several threads at once.
class LabAuthority {
 public:
  static constexpr std::string_view common_name = "shirgate lab CA — do not trust";

  /// Everything it makes is valid from an hour ago until `validity` from now (1 to 397 days, else
  /// std::invalid_argument). The label, if any, follows the fixed name in brackets and tells two authorities apart.
  explicit LabAuthority(std::string_view label = {}, std::chrono::days validity = std::chrono::days(7));

  /// A leaf for these names, in this order: DNS names, "*.x" included, or IP addresses. The same names get the same
  /// leaf again (up to cache_limit of them, after that a new one each time). Throws std::invalid_argument for an empty
  /// list and for what can't be such a name.
  [[nodiscard]] Identity issue(std::span<const std::string> names);
  [[nodiscard]] Identity issue(std::string_view name);

  /// What a client must be told to trust.
  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }

  /// Writes ca_pem() to a file; throws std::runtime_error if that fails.
  void write_ca(const std::filesystem::path& path) const;

  static constexpr std::size_t cache_limit = 1024;

 private:
  [[nodiscard]] Identity make_leaf(const std::vector<std::string>& names) const;

  std::chrono::sys_seconds not_before_;
  std::chrono::sys_seconds not_after_;
  Identity ca_;
  std::string ca_pem_;
  std::mutex cache_mutex_;
  std::map<std::vector<std::string>, Identity> cache_;
};

/// "kv1.vault.azure.net", "*.lab", "127.0.0.1", "::1": what a leaf can be issued for. Upper case is allowed, a trailing
/// dot is not.
[[nodiscard]] bool is_certificate_name(std::string_view name);

}  // namespace shirgate
