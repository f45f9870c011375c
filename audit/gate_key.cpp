#include "audit/gate_key.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "audit/segment.hpp"
#include "certs/digest.hpp"

namespace shirgate {
namespace {

namespace fs = std::filesystem;

Checked<SigningKey> make_key(const std::string& path) {
  auto key = SigningKey::make();
  // It gets its name when it is whole.
  const auto unfinished = path + ".new";
  std::error_code error;
  fs::remove(unfinished, error);
  if (const auto saved = key.save(unfinished); saved.has_error()) return complain("audit: " + saved.error().text());
  fs::rename(unfinished, path, error);
  if (error) return complain(fmt::format("audit: can't make {}: {}", path, error.message()));
  return key;
}

}  // namespace

std::string gate_id(const PublicKey& key) { return to_hex(sha256(key.raw())).substr(0, 16); }

Checked<SigningKey> gate_key(const std::string& directory) {
  const auto path = directory + "/key.pem";
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) {
    if (!segments_of(directory).empty())
      return complain(
          fmt::format("audit: {} is missing, and without it nobody can go on with the log in {}: put it "
                      "back, or move the log away",
                      path, directory));
    if (auto made = make_key(path); made.has_error()) return made;
  }
  auto key = SigningKey::load(path);
  if (key.has_error()) return complain("audit: " + key.error().text());
  const auto public_path = directory + "/key.pub";
  if (!fs::exists(public_path, error)) std::ofstream(public_path) << key->public_key().pem();
  return key;
}

}  // namespace shirgate
