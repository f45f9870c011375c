#include "proxy/gate/metrics_file.hpp"

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <utility>

#include "config/replace_file.hpp"

namespace shirgate {
namespace {

constexpr unsigned readable_by_all = 0644;

}  // namespace

Checked<std::unique_ptr<MetricsFile>> MetricsFile::start(Setup setup) {
  std::unique_ptr<MetricsFile> file(new MetricsFile(std::move(setup)));
  if (const auto written = file->write(); written.has_error()) return written.error();
  file->thread_ = std::thread([&file = *file] { file.run(); });
  return file;
}

MetricsFile::~MetricsFile() {
  if (!thread_.joinable()) return;
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  woken_.notify_one();
  thread_.join();
  std::error_code ignored;
  std::filesystem::remove(setup_.path, ignored);
}

Checked<bool> MetricsFile::write() const try {
  const auto error = replace_file(setup_.path, setup_.text(), readable_by_all);
  if (!error) return true;
  return complain(fmt::format("[metrics] file = \"{}\": can't be written: {}", setup_.path, error.message()));
} catch (const std::exception& error) {  // no memory: the tunnels shall go on
  return complain(error.what());
}

void MetricsFile::run() {
  bool is_written = true;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (woken_.wait_for(lock, setup_.interval, [this] { return stop_; })) return;
    }
    const auto written = write();
    const bool was_written = std::exchange(is_written, written.has_value());
    if (was_written && written.has_error()) setup_.on_trouble(written.error().text());
    if (!was_written && is_written) setup_.on_trouble(fmt::format("{} is written again", setup_.path));
  }
}

}  // namespace shirgate
