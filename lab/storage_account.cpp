#include "lab/storage_account.hpp"

#include "certs/digest.hpp"
#include "lab/bytes_answer.hpp"
#include "lab/pretend_service.hpp"

namespace shirgate::lab {
namespace {

HttpMessage stored(std::string_view bytes) {
  return {"HTTP/1.1 201 Created", {{std::string(sha256_field), to_hex(sha256(bytes))}}};
}

/// The value of a parameter in "/staging/blob?comp=block&blockid=x"; empty where it has none.
std::string_view parameter(std::string_view path, std::string_view name) {
  auto rest = path.substr(std::min(path.find('?'), path.size()));
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const auto one = rest.substr(0, rest.find('&'));
    if (one.substr(0, one.find('=')) == name) return one.substr(std::min(one.find('=') + 1, one.size()));
    rest.remove_prefix(std::min(one.size(), rest.size()));
  }
  return {};
}

}  // namespace

HttpMessage StorageAccount::answer(const HttpMessage& request) {
  const std::scoped_lock lock(mutex_);
  const auto path = request.path();
  if (request.method() == "PUT") return put(path, request);
  const auto found = blobs_.find(path.substr(0, path.find('?')));
  if (found == blobs_.end()) return {"HTTP/1.1 404 The specified blob does not exist."};
  return answer_with(found->second, request);
}

HttpMessage StorageAccount::put(std::string_view path, const HttpMessage& request) {
  const std::string blob(path.substr(0, path.find('?')));
  if (parameter(path, "restype") == "container") return stored({});
  if (parameter(path, "comp") == "blocklist") return commit(blob, request.body);
  const auto block = parameter(path, "blockid");
  auto& room = blocks_[blob];
  std::size_t used = request.body.size();
  for (const auto& [id, bytes] : room) used += bytes.size();
  if (used > max_blob_bytes || blobs_.size() + blocks_.size() > max_blobs)
    return {"HTTP/1.1 413 Request Body Too Large"};
  if (parameter(path, "comp") == "block" && !block.empty()) {
    room[std::string(block)] = request.body;
  } else {
    blocks_.erase(blob);
    blobs_[blob] = request.body;
  }
  return stored(request.body);
}

HttpMessage StorageAccount::commit(const std::string& blob, std::string_view list) {
  constexpr std::string_view begin = "<Latest>";
  constexpr std::string_view end = "</Latest>";
  auto& blocks = blocks_[blob];
  std::string whole;
  for (auto at = list.find(begin); at != std::string_view::npos; at = list.find(begin, at)) {
    at += begin.size();
    const auto found = blocks.find(std::string(list.substr(at, list.find(end, at) - at)));
    if (found == blocks.end()) return {"HTTP/1.1 400 The specified block list is invalid."};
    whole += found->second;
  }
  blocks_.erase(blob);
  auto answer = stored(whole);
  blobs_[blob] = std::move(whole);
  return answer;
}

}  // namespace shirgate::lab
