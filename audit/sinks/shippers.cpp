#include "audit/sinks/shippers.hpp"

#include <algorithm>
#include <limits>

#include "audit/sinks/make_sink.hpp"

namespace shirgate {

Checked<std::unique_ptr<Shippers>> Shippers::create(const std::string& directory,
                                                    const std::vector<SinkSettings>& sinks,
                                                    const std::function<void(std::string_view)>& on_trouble) {
  std::unique_ptr<Shippers> all(new Shippers());
  for (const auto& settings : sinks) {
    auto sink = make_sink(settings);
    if (sink.has_error()) return sink.error();
    CursorFile file(directory, settings.name);
    const auto cursor = file.read();
    if (cursor.has_error()) return cursor.error();
    all->shippers_.push_back(std::make_unique<Shipper>(directory,
                                                       Shipper::Parts{.settings = settings,
                                                                      .sink = *std::move(sink),
                                                                      .cursor_file = std::move(file),
                                                                      .cursor = cursor->value_or(Cursor()),
                                                                      .on_trouble = on_trouble},
                                                       all->durable_));
  }
  return all;
}

Checked<bool> Shippers::start() {
  for (auto& shipper : shippers_)
    if (const auto found = shipper->find_place(); found.has_error()) return found.error();
  for (auto& shipper : shippers_) shipper->start();
  return true;
}

void Shippers::listen_to(JournalSettings& journal) {
  journal.on_written = [this](std::uint64_t seq) { wrote_up_to(seq); };
  journal.may_open = [this] { return !overdue(); };
  journal.shipped_up_to = [this] { return shipped_up_to(); };
}

void Shippers::stop(std::chrono::milliseconds limit) {
  for (auto& shipper : shippers_) shipper->begin_stop(limit);
  for (auto& shipper : shippers_) shipper->stop(limit);
}

bool Shippers::overdue() const {
  return std::any_of(shippers_.begin(), shippers_.end(), [](const auto& shipper) { return shipper->is_overdue(); });
}

std::uint64_t Shippers::shipped_up_to() const {
  auto least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& shipper : shippers_) least = std::min(least, shipper->kept_up_to());
  return least;
}

std::vector<ShipperNumbers> Shippers::numbers() const {
  std::vector<ShipperNumbers> all;
  for (const auto& shipper : shippers_) all.push_back(shipper->numbers());
  return all;
}

}  // namespace shirgate
