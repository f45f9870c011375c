#include "audit/verify.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <map>

#include "audit/chain.hpp"
#include "audit/event.hpp"
#include "audit/fields.hpp"
#include "audit/gate_key.hpp"
#include "audit/journal_state.hpp"
#include "audit/line.hpp"
#include "audit/live_tunnels.hpp"
#include "audit/segment.hpp"
#include "audit/segment_reader.hpp"

namespace shirgate {
namespace {

constexpr auto no_seq = std::numeric_limits<std::uint64_t>::max();

bool is(const LineFront& front, Action action) { return front.body.action == to_string(action); }

std::string tunnel_text(std::uint64_t tunnel) { return fmt::format("{:016x}", tunnel); }

class Verifier {
 public:
  Verifier(const std::string& directory, const VerifyOptions& options) : directory_(directory), options_(options) {}

  Checked<VerifyResult> run();

 private:
  void fault(std::string where, std::string what) {
    if (++result_.fault_count <= VerifyResult::max_faults)
      result_.faults.push_back({std::move(where), std::move(what)});
  }
  void note(std::string where, std::string what) {
    if (result_.notes.size() < VerifyResult::max_faults) result_.notes.push_back({std::move(where), std::move(what)});
  }
  [[nodiscard]] std::string here() const { return fmt::format("{}:{}", path_, line_number_); }

  void read_segment(const std::string& path, std::uint64_t first_seq, std::uint64_t next_first_seq);
  void take(const SegmentReader::Line& line);
  void join(const LineFront& front);
  void pass_points(std::uint64_t seq, const Sha256Digest& prev);
  void follow(const LineFront& front, std::string_view line);
  void follow_header(const LineFront& front, std::string_view line);
  void begin_segment(const LineFront& front, std::string_view line);
  void end_header();
  void follow_tunnel(const LineFront& front);
  void check_head(const LineFront& front, std::string_view line);
  void check_beginning();
  void check_end();

  enum class Place : std::uint8_t { start, header, behind_header, inside };

  const std::string& directory_;
  const VerifyOptions& options_;
  VerifyResult result_;
  std::optional<PublicKey> key_;
  std::optional<Intent> state_;

  std::string path_;               ///< of the segment being read
  std::uint64_t line_number_ = 0;  ///< in it
  std::uint64_t first_seq_ = 0;    ///< as its name says
  std::uint64_t superseded_from_ = no_seq;
  bool supersedes_ = false;  ///< lines of the segment before
  Place place_ = Place::start;
  std::uint64_t announced_ = 0;
  LiveTunnels header_live_;

  ChainEnd end_{};
  bool end_is_known_ = false;
  std::string previous_line_;  ///< where it is
  LiveTunnels live_;
  std::map<std::uint64_t, Sha256Digest> prev_of_first_;  ///< of each segment
  std::uint64_t checkpoint_ = 0;                         ///< the furthest
  std::vector<std::pair<std::string, std::pair<std::uint64_t, std::string>>> checkpoints_;
  bool head_was_found_ = false;
};

Checked<VerifyResult> Verifier::run() {
  // The state goes first: what it knows of was on disk before, also where the gate is running.
  state_ = JournalState::look(directory_ + "/state");
  const auto paths = segments_of(directory_);
  if (paths.empty()) return complain(fmt::format("{}: no audit log here (audit-*.jsonl)", directory_));
  key_ = options_.key;
  if (!key_) {
    std::ifstream file(directory_ + "/key.pub");
    const std::string pem{std::istreambuf_iterator<char>(file), {}};
    const auto key = PublicKey::from_pem(pem);
    if (key.has_error())
      return complain(fmt::format("{}/key.pub {}; name the key with --key", directory_, key.error().text()));
    key_ = *key;
    note(directory_ + "/key.pub", "is as easy to replace as the log: a key kept elsewhere says more");
  }
  result_.gate = gate_id(*key_);
  for (std::size_t i = 0; i < paths.size(); ++i)
    read_segment(paths[i], *first_seq_of(paths[i]), i + 1 < paths.size() ? *first_seq_of(paths[i + 1]) : no_seq);
  result_.segments = paths.size();
  check_beginning();
  check_end();
  return std::move(result_);
}

void Verifier::read_segment(const std::string& path, std::uint64_t first_seq, std::uint64_t next_first_seq) {
  path_ = path;
  line_number_ = 0;
  first_seq_ = first_seq;
  superseded_from_ = next_first_seq;
  place_ = Place::start;
  auto reader = SegmentReader::open(path);
  // It may have been compressed since the directory was read.
  if (reader.has_error() && !is_compressed(path)) reader = SegmentReader::open(path + ".zst");
  if (reader.has_error()) return fault(path, "can't be read");
  std::uint64_t superseded = 0;
  while (const auto line = reader->next()) {
    line_number_ = line->number;
    const auto front = line->too_long ? std::nullopt : read_line_front(line->text);
    if (superseded > 0 || (place_ != Place::start && front && front->seq >= superseded_from_)) {
      ++superseded;
      continue;
    }
    take(*line);
  }
  if (!reader->trouble().empty()) fault(path, reader->trouble());
  if (line_number_ == 0) fault(path, "holds no line");
  supersedes_ = superseded > 0;
  if (supersedes_)
    note(path,
         fmt::format("{} lines from number {} on are superseded by the next segment", superseded, superseded_from_));
  if (!reader->torn_tail() || supersedes_) return;
  line_number_ = reader->torn_tail()->number;
  if (next_first_seq == no_seq)
    note(here(), "is part of a line: it is being written, or was when the gate was killed");
  else
    fault(here(), "is part of a line");
}

void Verifier::take(const SegmentReader::Line& line) {
  const auto front = line.too_long ? std::nullopt : read_line_front(line.text);
  if (!front) {
    // Whatever it was, the next line tells whether it belonged there.
    return fault(here(), "is no line of an audit log");
  }
  if (place_ == Place::start && front->seq != first_seq_)
    fault(here(), fmt::format("has number {}, and the file's name says {}", front->seq, first_seq_));
  if (place_ == Place::start) prev_of_first_[front->seq] = front->prev;
  if (result_.lines == 0) result_.first_seq = front->seq;
  join(*front);
  if (front->gate != result_.gate)
    fault(here(), fmt::format("is of gate {}, and the key is of gate {}", front->gate, result_.gate));
  pass_points(front->seq, front->prev);
  follow(*front, line.text);
  end_ = {front->seq + 1, hash_of_line(line.text)};
  end_is_known_ = true;
  previous_line_ = here();
  ++result_.lines;
  ++result_.unsigned_lines;
  if (is(*front, Action::head)) result_.unsigned_lines = 0;
}

void Verifier::join(const LineFront& front) {
  if (!end_is_known_) {
    if (front.seq == 1 && front.prev != Sha256Digest{}) fault(here(), "is the first, and follows from another");
    return;
  }
  if (front.seq > end_.next_seq)
    return fault(here(), fmt::format("has number {} where {} belongs: {} lines are missing", front.seq, end_.next_seq,
                                     front.seq - end_.next_seq));
  if (front.seq < end_.next_seq)
    return fault(here(), fmt::format("has number {} where {} belongs", front.seq, end_.next_seq));
  if (front.prev != end_.prev)
    fault(previous_line_, fmt::format("is not the line that {} follows from: one of the two was changed", here()));
}

/// What others know of the log: where its line `seq` joins.
void Verifier::pass_points(std::uint64_t seq, const Sha256Digest& prev) {
  if (state_ && state_->before.next_seq == seq && state_->before.prev != prev)
    fault(here(), "does not follow from the line that the file state knows");
  if (!options_.head || options_.head->seq != seq) return;
  head_was_found_ = true;
  if (options_.head->prev != prev) fault(here(), "does not follow from the line that the given head signs");
}

void Verifier::follow(const LineFront& front, std::string_view line) {
  if (place_ == Place::start || place_ == Place::header) return follow_header(front, line);
  if (place_ == Place::behind_header && supersedes_ && !is(front, Action::gap))
    fault(here(), "is no gap, though the segment supersedes lines of the one before");
  if (place_ == Place::behind_header) supersedes_ = false;
  place_ = Place::inside;
  if (is(front, Action::segment) || is(front, Action::live)) fault(here(), "belongs to the start of a segment");
  if (is(front, Action::head)) check_head(front, line);
  if (is(front, Action::gap)) {
    ++result_.gaps;
    note(here(), fmt::format("says: {}", text_value(line, field::note)));
  }
  if (is(front, Action::checkpoint)) {
    const auto through = number_value(line, field::through).value_or(0);
    checkpoint_ = std::max(checkpoint_, through);
    checkpoints_.push_back({here(), {through, std::string(text_value(line, field::hash))}});
  }
  if (front.body.tunnel != 0) follow_tunnel(front);
}

void Verifier::follow_header(const LineFront& front, std::string_view line) {
  if (place_ == Place::start) {
    begin_segment(front, line);
  } else if (is(front, Action::live)) {
    auto ids = text_value(line, field::live_tunnels);
    for (; ids.size() >= 16; ids.remove_prefix(std::min<std::size_t>(ids.size(), 17)))
      header_live_.add(parse_identifier(ids.substr(0, 16)).value_or(0));
  } else {
    fault(here(), fmt::format("comes before the segment has named its {} open tunnels", announced_));
    end_header();
    return follow(front, line);
  }
  if (place_ == Place::header && header_live_.size() >= announced_) end_header();
}

void Verifier::begin_segment(const LineFront& front, std::string_view line) {
  place_ = Place::header;
  header_live_ = {};
  announced_ = number_value(line, field::live).value_or(0);
  if (!is(front, Action::segment)) {
    fault(here(), "is not what a segment begins with");
    place_ = Place::inside;
    return;
  }
  RawKey raw{};
  if (!from_hex(text_value(line, field::key), raw) || PublicKey(raw) != *key_)
    fault(here(), "names another key than the log is checked with");
}

void Verifier::end_header() {
  place_ = Place::behind_header;
  if (prev_of_first_.size() == 1) {
    result_.live_at_start = header_live_.size();
  } else if (!(header_live_ == live_)) {
    fault(here(), fmt::format("ends the names of {} open tunnels; by the lines before, it is {} and not the same ones",
                              header_live_.size(), live_.size()));
  }
  live_ = header_live_;
}

void Verifier::follow_tunnel(const LineFront& front) {
  const auto tunnel = front.body.tunnel;
  if (is(front, Action::open)) {
    ++result_.opens;
    if (!live_.add(tunnel)) fault(here(), fmt::format("opens tunnel {}, which is open", tunnel_text(tunnel)));
  } else if (is(front, Action::close) || is(front, Action::torn)) {
    ++(is(front, Action::close) ? result_.closes : result_.torn);
    if (!live_.remove(tunnel)) fault(here(), fmt::format("ends tunnel {}, which is not open", tunnel_text(tunnel)));
  }
}

void Verifier::check_head(const LineFront& front, std::string_view line) {
  ++result_.heads;
  Signature signature{};
  const bool good = from_hex(text_value(line, field::signature), signature) &&
                    key_->verifies(head_text(front.gate, front.seq, front.prev), signature);
  if (!good) fault(here(), "has a signature that is not the gate's over the lines before it");
}

void Verifier::check_beginning() {
  for (const auto& [where, checkpoint] : checkpoints_) {
    const auto next = prev_of_first_.find(checkpoint.first + 1);
    if (next != prev_of_first_.end() && to_hex(next->second) != checkpoint.second)
      fault(where, fmt::format("has another hash of line {} than the line that follows it", checkpoint.first));
  }
  if (result_.first_seq <= 1) return;
  const auto first = segments_of(directory_).front();
  if (checkpoint_ + 1 < result_.first_seq)
    fault(first, fmt::format("begins with line {}, and no checkpoint says that the lines before were deleted",
                             result_.first_seq));
  else
    note(first,
         fmt::format("begins with line {}; a checkpoint says that the lines before were deleted", result_.first_seq));
}

void Verifier::check_end() {
  result_.last_seq = end_is_known_ ? end_.next_seq - 1 : 0;
  result_.live = live_.size();
  if (result_.intact() && result_.live_at_start + result_.opens != result_.closes + result_.torn + result_.live)
    fault(directory_, "has other numbers of tunnels opened and ended than are open");
  if (state_ && end_.next_seq < state_->before.next_seq)
    fault(path_, fmt::format("ends the log with line {}, and lines up to {} had been on disk, says the file state",
                             result_.last_seq, state_->before.next_seq - 1));
  else if (state_ && end_.next_seq == state_->before.next_seq)
    pass_points(end_.next_seq, end_.prev);
  if (options_.head && !head_was_found_)
    fault(path_, fmt::format("ends a log from line {} to {}, which does not contain line {} of the given head",
                             result_.first_seq, result_.last_seq, options_.head->seq));
  if (!options_.head)
    note(directory_, "without a head kept elsewhere, nobody can tell whether later lines were cut off");
  if (result_.unsigned_lines > 0)
    note(path_, fmt::format("the last {} lines are not signed yet", result_.unsigned_lines));
}

}  // namespace

std::optional<KnownHead> parse_known_head(std::string_view text) {
  KnownHead head;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.seq);
  const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !rest.starts_with(':') || !from_hex(rest.substr(1), head.prev)) return std::nullopt;
  return head;
}

Checked<VerifyResult> verify(const std::string& directory, const VerifyOptions& options) {
  return Verifier(directory, options).run();
}

}  // namespace shirgate
