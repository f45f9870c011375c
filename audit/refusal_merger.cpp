#include "audit/refusal_merger.hpp"

namespace shirgate {
namespace {

std::string_view asked_text(const Event& refusal) {
  return refusal.target != nullptr ? std::string_view(refusal.target->host.text()) : refusal.asked.substr(0, 256);
}

std::string key_of(const Event& refusal, bool exact) {
  std::string key(1, static_cast<char>(*refusal.reason));
  if (!exact) return key;
  const auto& bytes = refusal.client->address.bytes;
  key.append(bytes.begin(), bytes.end());
  key.append(asked_text(refusal));
  if (refusal.target != nullptr) key += ':' + std::to_string(refusal.target->port);
  return key;
}

}  // namespace

RefusalMerger::Flood& RefusalMerger::flood_of(const Event& refusal, Entry entry) {
  auto key = key_of(refusal, entry == Entry::own);
  auto found = floods_.find(key);
  if (found != floods_.end()) return found->second;
  if (entry == Entry::own && floods_.size() >= max_floods) return flood_of(refusal, Entry::shared);

  Flood flood{.action = refusal.action,
              .reason = *refusal.reason,
              .stage = refusal.stage.value_or(row_of(*refusal.reason).stage),
              .client = {},
              .runtime = {},
              .channel = {},
              .rule = {},
              .target = {},
              .asked = {},
              .minute_began = refusal.at,
              .first_merged = refusal.at,
              .last_merged = refusal.at,
              .lab = refusal.lab};
  if (entry == Entry::own) {  // the shared entry names nobody
    flood.client = Endpoint{refusal.client->address, 0};
    flood.runtime = refusal.runtime;
    flood.channel = refusal.channel;
    flood.rule = refusal.rule;
    if (refusal.target != nullptr) flood.target = *refusal.target;
    flood.asked = refusal.asked.substr(0, 256);
  }
  return floods_.emplace(std::move(key), std::move(flood)).first->second;
}

bool RefusalMerger::stands_alone(const Event& refusal) {
  auto* flood = &flood_of(refusal, Entry::own);
  if (++flood->seen <= alone_per_minute) {
    if (quota_.take(refusal.at)) return true;
    flood = &flood_of(refusal, Entry::shared);
  }
  if (flood->merged++ == 0) flood->first_merged = refusal.at;
  flood->last_merged = refusal.at;
  return false;
}

Event RefusalMerger::event_of(const Flood& flood) {
  return {.action = flood.action,
          .at = flood.last_merged,
          .client = flood.client,
          .runtime = flood.runtime,
          .channel = flood.channel,
          .rule = flood.rule,
          .reason = flood.reason,
          .stage = flood.stage,
          .target = flood.target ? &*flood.target : nullptr,
          .asked = flood.asked,
          .count = flood.merged,
          .first_at = flood.first_merged,
          .lab = flood.lab};
}

}  // namespace shirgate
