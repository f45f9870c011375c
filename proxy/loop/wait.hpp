// One suspended coroutine: resumed by complete(), or by the loop when its deadline passes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "proxy/awaitable.hpp"
#include "proxy/loop/event_loop.hpp"

namespace shirgate {

/// Why a coroutine goes on.
enum class Wake : std::uint8_t { ready, timed_out, cancelled };

/// Holds one move-only completion handler in place, so that waiting allocates nothing.
class Resumption {
 public:
  Resumption() = default;
  Resumption(const Resumption&) = delete;
  Resumption& operator=(const Resumption&) = delete;
  ~Resumption() { drop(); }

  template <class Handler>
  void store(Handler handler) {
    static_assert(sizeof(Handler) <= sizeof storage_ && alignof(Handler) <= alignof(std::max_align_t));
    ::new (static_cast<void*>(storage_)) Handler(std::move(handler));
    act_ = [](void* place, const Wake* result) {
      auto* const stored = static_cast<Handler*>(place);
      Handler taken(std::move(*stored));
      stored->~Handler();
      if (result != nullptr) std::move(taken)(*result);
    };
  }

  [[nodiscard]] bool empty() const { return act_ == nullptr; }
  /// Empties the holder, then resumes; so the coroutine may wait here again.
  void resume(Wake result) {
    const auto act = std::exchange(act_, nullptr);
    act(storage_, &result);
  }

 private:
  void drop() {
    if (const auto act = std::exchange(act_, nullptr)) act(storage_, nullptr);
  }

  alignas(std::max_align_t) unsigned char storage_[64];
  void (*act_)(void*, const Wake*) = nullptr;
};

/// At most one coroutine waits here at a time. Stays where it is while one does.
class Wait final : public Deadline {
 public:
  explicit Wait(EventLoop& loop) : loop_(loop) {}

  /// Suspends until complete() or the deadline: then the answer is timed_out, or cancelled when
  /// the loop ends all waiting.
  [[nodiscard]] auto until(SteadyTime deadline) {
    return boost::asio::async_initiate<const UseAwaitable, void(Wake)>(Start{}, token, this, deadline);
  }

  [[nodiscard]] bool waiting() const { return !resumption_.empty(); }

  /// Resumes the coroutine now, on this stack. Does nothing when none waits.
  void complete(Wake result) {
    if (!waiting()) return;
    disarm();
    resumption_.resume(result);
  }

 private:
  struct Start {
    template <class Handler>
    void operator()(Handler&& handler, Wait* wait, SteadyTime deadline) const {
      wait->resumption_.store(std::forward<Handler>(handler));
      wait->loop_.arm(*wait, deadline);
    }
  };

  void on_deadline(bool cancelled) override { complete(cancelled ? Wake::cancelled : Wake::timed_out); }

  static constexpr UseAwaitable token{};
  EventLoop& loop_;
  Resumption resumption_;
};

}  // namespace shirgate
