#include "audit/segment_reader.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "audit/segment.hpp"

namespace shirgate {
namespace {

/// Several times the longest line, so that moving the rest of one to the front is rare.
constexpr std::size_t buffer_bytes = std::size_t{512} * 1024;

}  // namespace

void SegmentReader::FreeContext::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

Checked<SegmentReader> SegmentReader::open(const std::string& path) {
  SegmentReader reader;
  reader.file_.reset(std::fopen(path.c_str(), "rbe"));
  if (!reader.file_) return complain(fmt::format("{}: can't be read: {}", path, std::strerror(errno)));
  // Reads are large and go where they are wanted; a second buffer would only copy them.
  static_cast<void>(std::setvbuf(reader.file_.get(), nullptr, _IONBF, 0));
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return complain(fmt::format("{}: can't be read: {}", path, error.message()));
  reader.bytes_total_ = size;
  if (is_compressed(path)) {
    reader.context_.reset(ZSTD_createDCtx());
    reader.compressed_.resize(ZSTD_DStreamInSize());
  }
  reader.buffer_.reset(new char[buffer_bytes + padding]);
  std::memset(reader.buffer_.get() + buffer_bytes, 0, padding);
  return reader;
}

std::optional<SegmentReader::Line> SegmentReader::next() {
  for (;;) {
    const auto* found = static_cast<const char*>(std::memchr(buffer_.get() + searched_, '\n', end_ - searched_));
    if (found != nullptr) return take_line(static_cast<std::size_t>(found - buffer_.get()));
    searched_ = end_;
    if (end_ - begin_ > max_line_bytes) {
      if (!skipping_) line_began_ = position_;
      skipping_ = true;
      position_ += end_ - begin_;
      begin_ = end_;
    }
    if (!fill()) return std::nullopt;
  }
}

SegmentReader::Line SegmentReader::take_line(std::size_t end) {
  Line line{.text = {buffer_.get() + begin_, end - begin_}, .number = ++lines_, .position = position_};
  line.too_long = skipping_ || line.text.size() > max_line_bytes;
  if (skipping_) line.position = line_began_;
  if (line.too_long) line.text = {};
  skipping_ = false;
  position_ += end + 1 - begin_;
  begin_ = searched_ = end + 1;
  return line;
}

std::optional<SegmentReader::Line> SegmentReader::torn_tail() const {
  if (begin_ == end_ && !skipping_) return std::nullopt;
  if (skipping_) return Line{.number = lines_ + 1, .position = line_began_, .too_long = true};
  return Line{.text = {buffer_.get() + begin_, end_ - begin_}, .number = lines_ + 1, .position = position_};
}

void SegmentReader::go_back_to(const Line& line) {
  if (context_) return;
  if (std::fseek(file_.get(), static_cast<long>(line.position), SEEK_SET) != 0) {
    trouble_ = fmt::format("can't be read: {}", std::strerror(errno));
    return;
  }
  begin_ = searched_ = end_ = 0;
  skipping_ = false;
  lines_ = line.number - 1;
  position_ = line.position;
}

bool SegmentReader::fill() {
  // At most one line's worth is left, so there is always room behind it.
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
  }
  auto* into = buffer_.get() + end_;
  const auto room = buffer_bytes - end_;
  const auto size = context_ ? decompress(into, room) : read_file(into, room);
  end_ += size;
  return size > 0;
}

std::size_t SegmentReader::read_file(char* into, std::size_t room) {
  // What is at the end now need not be there the next time.
  std::clearerr(file_.get());
  const auto size = std::fread(into, 1, room, file_.get());
  if (std::ferror(file_.get()) != 0) trouble_ = fmt::format("can't be read: {}", std::strerror(errno));
  bytes_read_ += size;
  return size;
}

std::size_t SegmentReader::decompress(char* into, std::size_t room) {
  ZSTD_outBuffer out{into, room, 0};
  while (out.pos == 0 && trouble_.empty()) {
    if (compressed_begin_ == compressed_end_) {
      compressed_begin_ = 0;
      compressed_end_ = read_file(compressed_.data(), compressed_.size());
    }
    const bool at_end = compressed_begin_ == compressed_end_;
    ZSTD_inBuffer in{compressed_.data(), compressed_end_, compressed_begin_};
    // At the end of the file too: what it decoded and had no room for is still to come.
    const auto left = at_end && !inside_frame_ ? 0 : ZSTD_decompressStream(context_.get(), &out, &in);
    compressed_begin_ = in.pos;
    if (ZSTD_isError(left) != 0) {
      trouble_ = fmt::format("can't be decompressed: {}", ZSTD_getErrorName(left));
    } else {
      inside_frame_ = left != 0;
      if (!at_end || out.pos > 0) continue;
      if (inside_frame_ && trouble_.empty()) trouble_ = "is compressed and ends too early";
      break;
    }
  }
  return out.pos;
}

}  // namespace shirgate
