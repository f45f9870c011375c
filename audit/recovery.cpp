#include "audit/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "audit/segment.hpp"

namespace shirgate {
namespace {

namespace fs = std::filesystem;

class Recovery {
 public:
  Recovery(const std::string& directory, std::string_view gate, const JournalState& state,
           std::chrono::milliseconds group)
      : directory_(directory), gate_(gate), state_(state), intent_(state.last()), group_(group) {}

  Checked<LastRun> run() {
    auto paths = segments_of(directory_);
    const bool is_new = paths.empty() && !intent_;
    while (!paths.empty()) {
      const auto used = use(paths.back());
      if (used.has_error()) return used.error();
      if (*used) break;
      beyond_ = *first_seq_of(paths.back());
      if (const auto dropped = drop(paths.back()); dropped.has_error()) return dropped.error();
      paths.pop_back();
    }
    if (const auto checked = check_nothing_is_missing(); checked.has_error()) return checked.error();
    if (is_new) return std::move(run_);
    if (const auto taken = take_rings(); taken.has_error()) return taken.error();
    return std::move(run_);
  }

 private:
  /// True when the state speaks of the last batch of this segment.
  [[nodiscard]] bool is_intended(std::uint64_t segment) const { return intent_ && intent_->segment == segment; }
  [[nodiscard]] Complaint refuse(const std::string& path, std::string_view why) const {
    return complain(
        fmt::format("audit: {} {}; `shirgate verify {}` says more. Put back what is missing, or move the "
                    "directory away: nothing in it is overwritten",
                    path, why, directory_));
  }

  /// How much of the segment the state vouches for; everything where it knows nothing of it.
  [[nodiscard]] ReadLimit limit_of(const std::string& path) {
    ReadLimit limit{.seq = beyond_};
    if (!is_intended(*first_seq_of(path)) || !state_.of_this_boot()) return limit;
    std::error_code error;
    const auto whole = intent_->offset + intent_->bytes;
    batch_is_whole_ = !intent_->abandoned && !is_compressed(path) && fs::file_size(path, error) >= whole && !error;
    limit.offset = batch_is_whole_ ? whole : intent_->offset;
    return limit;
  }

  /// False where the segment holds no line yet, so that the one before it is the last.
  Checked<bool> use(const std::string& path) {
    const auto limit = limit_of(path);
    auto contents = read_segment(path, limit);
    if (contents.has_error()) return contents.error();
    if (!contents->header_is_whole && contents->tail != Tail::strange) return false;
    if (contents->tail == Tail::strange) return refuse(fmt::format("{}:{}", path, contents->bad_line), contents->why);
    if (contents->gate != gate_)
      return complain(
          fmt::format("audit: {} was signed with another key than {}/key.pem; put that key back, or move "
                      "the directory away",
                      path, directory_));
    if (const auto agreed = agree(path, *contents, limit); agreed.has_error()) return agreed.error();
    take(path, *std::move(contents));
    return true;
  }

  /// The state and the segment must not contradict each other.
  [[nodiscard]] Checked<bool> agree(const std::string& path, const SegmentContents& contents,
                                    const ReadLimit& limit) const {
    if (!is_intended(*first_seq_of(path))) return true;
    if (contents.bytes < intent_->offset)
      return refuse(path, fmt::format("ends with line {}, and lines up to {} had been on disk",
                                      contents.end.next_seq - 1, intent_->before.next_seq - 1));
    const bool limited = limit.offset != ReadLimit{}.offset;
    const auto& expected = batch_is_whole_ ? intent_->after : intent_->before;
    if (limited && contents.end != expected)
      return refuse(path, fmt::format("ends with another line {} than was written", contents.end.next_seq - 1));
    // Whatever else was written here was not by this gate, which had noted the batch as whole.
    if (batch_is_whole_ && contents.tail == Tail::cut_away)
      return refuse(path, fmt::format("has lines behind line {}, which was the last", contents.end.next_seq - 1));
    return true;
  }

  void take(const std::string& path, SegmentContents contents) {
    run_.path = path;
    run_.end = contents.end;
    run_.live = std::move(contents.live);
    run_.head_is_last = contents.head_is_last;
    if (contents.tail == Tail::hole)
      run_.gaps.push_back(fmt::format("{} had a hole behind line {}: the machine failed before it was all on disk",
                                      fs::path(path).filename().string(), contents.end.next_seq - 1));
    if (is_compressed(path)) return;
    // Where the disk refused lines once and can't even cut them off, the next segment supersedes them.
    std::error_code error;
    run_.file = SegmentFile::reopen(path, contents.bytes, error);
    if (!run_.file || (intent_ && intent_->abandoned && is_intended(run_.file->first_seq()))) {
      run_.file.reset();
      run_.gaps.push_back(fmt::format("{} is not written on; what followed line {} is written again from here on",
                                      fs::path(path).filename().string(), contents.end.next_seq - 1));
    }
  }

  static Checked<bool> drop(const std::string& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error) return complain(fmt::format("audit: can't remove {}, which holds no event: {}", path, error.message()));
    return true;
  }

  /// A segment that the state knows of, and its lines, must be there.
  [[nodiscard]] Checked<bool> check_nothing_is_missing() const {
    if (!intent_ || run_.end.next_seq > intent_->before.next_seq || run_.end == intent_->before) return true;
    if (run_.end.next_seq == intent_->before.next_seq)
      return refuse(directory_, fmt::format("has another line {} than was written", run_.end.next_seq - 1));
    return refuse(directory_, fmt::format("has lines up to {}, and lines up to {} had been on disk",
                                          run_.end.next_seq - 1, intent_->before.next_seq - 1));
  }

  Checked<bool> take_rings() {
    if (!intent_ || !state_.of_this_boot()) {
      if (!intent_ || !intent_->stopped || intent_->after != run_.end)
        run_.gaps.push_back(fmt::format(
            "{}: up to {} ms of events may be missing",
            intent_ ? "the machine failed before the gate had stopped" : "the file state is gone", group_.count()));
      return true;
    }
    std::vector<std::string> paths;
    std::error_code error;
    for (fs::directory_iterator at(directory_ + "/rings", error), end; !error && at != end; at.increment(error))
      if (at->path().extension() == ".ring") paths.push_back(at->path().string());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      auto ring = Ring::open(path);
      if (ring.has_error()) return ring.error();
      if (batch_is_whole_) (*ring)->release_batch(intent_->batch);
      run_.rings.push_back(*std::move(ring));
    }
    return true;
  }

  const std::string& directory_;
  std::string_view gate_;
  const JournalState& state_;
  std::optional<Intent> intent_;
  std::chrono::milliseconds group_;
  std::uint64_t beyond_ = ReadLimit{}.seq;  ///< lines from here on are in no segment
  bool batch_is_whole_ = false;
  LastRun run_;
};

}  // namespace

Checked<LastRun> recover(const std::string& directory, std::string_view gate, const JournalState& state,
                         std::chrono::milliseconds group) {
  return Recovery(directory, gate, state, group).run();
}

}  // namespace shirgate
