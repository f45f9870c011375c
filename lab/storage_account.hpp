// A storage account in memory: as much of Azure Blob as a staged copy uses. Put Blob, Put Block, Put Block List, Get
// Blob with ranges. May be used by several threads at once.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "lab/http_message.hpp"

namespace shirgate::lab {

class StorageAccount {
 public:
  [[nodiscard]] HttpMessage answer(const HttpMessage& request);

  /// Of one blob or all of a blob's blocks; more is refused, so that a client can't fill the memory.
  static constexpr std::size_t max_blob_bytes = std::size_t{64} << 20;
  static constexpr std::size_t max_blobs = 16;

 private:
  [[nodiscard]] HttpMessage put(std::string_view path, const HttpMessage& request);
  [[nodiscard]] HttpMessage commit(const std::string& blob, std::string_view list);

  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> blobs_;
  std::map<std::string, std::map<std::string, std::string>, std::less<>> blocks_;  ///< not committed, by blob and id
};

}  // namespace shirgate::lab
