#include "audit/sinks/follower.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "audit/chain.hpp"
#include "audit/segment.hpp"

namespace shirgate {
namespace {

constexpr auto none = std::numeric_limits<std::uint64_t>::max();

struct Place {
  std::uint64_t first = none;
  std::string path{};
};

/// The first segment that begins behind this number.
Place place_behind(const std::string& directory, std::uint64_t first) {
  for (const auto& path : segments_of(directory))
    if (const auto seq = first_seq_of(path).value_or(0); seq > first) return {seq, path};
  return {};
}

/// The last segment that begins at this number or before.
Place place_of(const std::string& directory, std::uint64_t seq) {
  Place place;
  for (const auto& path : segments_of(directory))
    if (const auto first = first_seq_of(path).value_or(none); first <= seq) place = {first, path};
  return place;
}

}  // namespace

Checked<bool> Follower::go_to(const Cursor& cursor) {
  reader_.reset();
  first_ = 0;
  seq_ = cursor.seq;
  const auto oldest = place_behind(directory_, 0);
  if (oldest.first == none && cursor.seq > 0) return beyond_the_end(cursor);
  if (oldest.first == none || oldest.first > cursor.seq) {
    // Whoever has no cursor begins with what there is.
    if (cursor.seq > 0 && oldest.first > cursor.seq + 1) note_hole(oldest.first);
    if (oldest.first != none) seq_ = oldest.first - 1;
    return true;
  }
  const auto unreadable = fmt::format("audit: the segment of line {} can't be read", cursor.seq);
  if (!open_at(cursor.seq)) return complain(unreadable);
  const auto found = read_up_to(cursor);
  if (found == Found::no && !is_complete_) return beyond_the_end(cursor);
  if (found == Found::no) {
    on_trouble_(fmt::format("audit: {} lacks line {}, which was delivered; going on behind it", path_, cursor.seq));
    // The line behind it was read already.
    if (!open_at(cursor.seq)) return complain(unreadable);
  }
  if (found != Found::other) return true;

  const auto begin = first_;
  if (begin == 1 || !open_at(begin - 1) || read_up_to(cursor) != Found::yes || !open_at(cursor.seq))
    return complain(fmt::format("audit: line {} in {} is not the one that was delivered: the log was replaced",
                                cursor.seq, directory_));
  on_trouble_(fmt::format("audit: lines {} to {} were delivered and then written anew; they are delivered again", begin,
                          cursor.seq));
  seq_ = begin - 1;
  return true;
}

Complaint Follower::beyond_the_end(const Cursor& cursor) const {
  return complain(
      fmt::format("audit: line {} was delivered, and the log in {} ends before it: it was rolled back or "
                  "replaced",
                  cursor.seq, directory_));
}

bool Follower::open_at(std::uint64_t seq) {
  // A name that was listed may be gone when it is opened: compressed, which leaves another, or deleted.
  for (int i = 0; i < 3; ++i)
    if (const auto place = place_of(directory_, seq); place.first != none && open(place.first, place.path)) return true;
  return false;
}

Follower::Found Follower::read_up_to(const Cursor& cursor) {
  while (const auto line = reader_->next()) {
    const auto front = read_line_front(line->text);
    if (!front || front->seq < cursor.seq) continue;
    if (front->seq > cursor.seq) return Found::no;
    return hash_of_line(line->text) == cursor.hash ? Found::yes : Found::other;
  }
  return Found::no;
}

bool Follower::open(std::uint64_t first, const std::string& path) {
  auto reader = SegmentReader::open(path);
  if (reader.has_error()) return false;
  reader_.emplace(*std::move(reader));
  first_ = first;
  path_ = path;
  trusted_ = 0;
  look_behind();
  return true;
}

void Follower::look_behind() {
  limit_ = place_behind(directory_, first_).first;
  is_complete_ = limit_ != none;
}

bool Follower::open_next() {
  for (int i = 0; i < 3; ++i) {
    const auto place = place_behind(directory_, first_);
    if (place.first == none) return false;
    if (open(place.first, place.path)) return true;
  }
  return false;
}

bool Follower::read_anew(const std::optional<SegmentReader::Line>& from, std::uint64_t up_to) {
  // A file of which nothing was durable is removed and made anew; one that is compressed goes on under another name.
  const bool moved = !reader_->is_at(path_) && open_at(seq_ + 1);
  if (!moved) {
    if (from) reader_->go_back_to(*from);
    look_behind();
  }
  trusted_ = up_to;
  return moved || is_complete_;
}

std::optional<Follower::Line> Follower::next(std::uint64_t up_to) {
  if (seq_ >= up_to) return std::nullopt;
  while (reader_ || open_next()) {
    if (const auto read = reader_->next()) {
      const auto line = judge(*read);
      if (line && line->front.seq > up_to) {
        reader_->go_back_to(*read);
        break;
      }
      if (!line) continue;
      if (line->front.seq > trusted_ && !is_complete_ && !is_compressed(path_)) {
        static_cast<void>(read_anew(*read, up_to));
        continue;
      }
      if (line->front.seq > seq_ + 1) note_hole(line->front.seq);
      seq_ = line->front.seq;
      return line;
    }
    if (!is_complete_) {
      // What was written between the end that was read and the look into the directory is read first.
      if (read_anew(reader_->torn_tail(), up_to)) continue;
      break;
    }
    if (!reader_->trouble().empty())
      on_trouble_(
          fmt::format("audit: {} {}; what follows line {} in it is not delivered", path_, reader_->trouble(), seq_));
    reader_.reset();
  }
  return std::nullopt;
}

std::optional<Follower::Line> Follower::judge(const SegmentReader::Line& line) {
  const auto front = read_line_front(line.text);
  if (!front) {
    on_trouble_(fmt::format("audit: {}, line {}, is no line of this log and is not delivered", path_, line.number));
    return std::nullopt;
  }
  if (front->seq <= seq_ || front->seq >= limit_) return std::nullopt;
  return Line{line.text, *front};
}

void Follower::note_hole(std::uint64_t seq) {
  on_trouble_(fmt::format("audit: lines {} to {} are not in {} any more and were not delivered", seq_ + 1, seq - 1,
                          directory_));
}

}  // namespace shirgate
