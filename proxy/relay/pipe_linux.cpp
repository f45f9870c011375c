#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "proxy/relay/pipe.hpp"

namespace shirgate {
namespace {

constexpr std::chrono::seconds pause_after_refusal{1};

/// Grows the pipe as far as the kernel lets this user. The answer is what it has become: beyond the user's limit even a
/// new pipe may have two pages only.
std::size_t grow(int pipe) {
  for (auto size = PipePool::wanted_capacity; size > PipePool::least_capacity; size /= 4)
    if (::fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(size)) >= 0) break;
  return static_cast<std::size_t>(std::max(0, ::fcntl(pipe, F_GETPIPE_SZ)));
}

}  // namespace

Pipe::~Pipe() {
  for (const int end : ends_)
    if (end >= 0) ::close(end);
}

int Pipe::open() {
  if (::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  capacity_ = grow(write_end());
  return 0;
}

std::unique_ptr<Pipe> PipePool::make() {
  auto pipe = std::make_unique<Pipe>();
  if (const int error = pipe->open(); error != 0) {
    ++(error == ENOMEM ? refused_.no_memory : refused_.no_descriptors);
    return nullptr;
  }
  if (pipe->capacity() >= least_capacity) return pipe;
  ++refused_.too_small;
  return nullptr;
}

std::unique_ptr<Pipe> PipePool::lend(SteadyTime now) {
  std::unique_ptr<Pipe> pipe;
  if (!spare_.empty()) {
    pipe = std::move(spare_.back());
    spare_.pop_back();
    least_spare_ = std::min(least_spare_, spare_.size());
  } else if (lent_ >= most_) {
    ++refused_.all_lent;
    return nullptr;
  } else {
    if (now < ask_again_) return nullptr;
    spare_.reserve(lent_ + 1);  // so that taking it back can't fail
    pipe = make();
    if (!pipe) {
      ask_again_ = now + pause_after_refusal;
      return nullptr;
    }
  }
  ++lent_;
  return pipe;
}

void PipePool::take_back(std::unique_ptr<Pipe> pipe) {
  --lent_;
  if (pipe->held == 0) spare_.push_back(std::move(pipe));
}

void PipePool::tidy() {
  if (least_spare_ > kept_when_quiet) spare_.erase(spare_.begin());
  least_spare_ = spare_.size();
}

}  // namespace shirgate
