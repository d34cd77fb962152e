// A block's threads as fibers on one CPU thread: each runs until it meets a barrier. Contexts are made with makecontext once and
// switched with _setjmp/_longjmp, which make no system call. The order of lanes and warps alternates from block to block, so
// that a missing barrier shows as a wrong result in some block; a barrier that not all threads reach is reported.
#pragma once
#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <ucontext.h>

namespace mint::emulation {

constexpr int kWarp = 32;
constexpr size_t kStackBytes = 128 << 10;

/** A barrier of a fixed group; `generation` tells those who wait that it opened. */
struct Barrier {
  int expected = 0, arrived = 0;
  unsigned generation = 0;
  void arrive() {
    if (++arrived == expected) {
      arrived = 0;
      ++generation;
    }
  }
};

class Block {
 public:
  /** Runs body(thread) for every thread of a block of `threads`. */
  template <class Body>
  void run(int threads, bool reversed, Body&& body) {
    while (int(fibers_.size()) < threads) fibers_.push_back(std::make_unique<Fiber>());
    call_ = [](void* context, int thread) { (*static_cast<std::remove_reference_t<Body>*>(context))(thread); };
    context_ = &body;
    threads_ = threads;
    barrier_ = {threads, 0, 0};
    warps_.assign((threads + kWarp - 1) / kWarp, {});
    for (int w = 0; w < int(warps_.size()); ++w) warps_[w].expected = std::min(kWarp, threads - w * kWarp);
    for (int t = 0; t < threads; ++t) fibers_[t]->waiting = nullptr, fibers_[t]->done = false;
    for (int left = threads; left > 0;) {
      const int before = left;
      bool moved = false;
      for (int w = 0; w < int(warps_.size()); ++w) left -= runWarp(reversed ? int(warps_.size()) - 1 - w : w, reversed, moved);
      if (!failure_ && left == before && !moved)
        failure_ = std::make_exception_ptr(std::runtime_error("emulated block: threads wait at a barrier that others never reach"));
      if (failure_) {
        fibers_.clear();  // their stacks are in the middle of the kernel
        std::rethrow_exception(std::exchange(failure_, nullptr));
      }
    }
  }

  int thread() const { return current_; }
  int warp() const { return current_ / kWarp; }
  void syncBlock() { wait(barrier_); }
  void syncWarp() { wait(warps_[warp()]); }

 private:
  struct Fiber {
    std::unique_ptr<char[]> stack{new char[kStackBytes]};
    ucontext_t start;
    jmp_buf resume;
    bool started = false, done = false;
    const Barrier* waiting = nullptr;
    unsigned generation = 0;
  };

  /** Runs the warp's lanes until all wait at the block's barrier or are done; returns how many ended. */
  int runWarp(int warp, bool reversed, bool& moved) {
    int ended = 0;
    const int first = warp * kWarp, lanes = std::min(kWarp, threads_ - first);
    for (bool progress = true; progress;) {
      progress = false;
      for (int i = 0; i < lanes; ++i) {
        const int t = first + (reversed ? lanes - 1 - i : i);
        Fiber& fiber = *fibers_[t];
        if (fiber.done || (fiber.waiting != nullptr && fiber.waiting->generation == fiber.generation)) continue;
        fiber.waiting = nullptr;
        enter(t);
        progress = moved = true;
        if (fiber.done) {
          ++ended;
          // A thread that has returned is no longer waited for.
          leave(barrier_);
          leave(warps_[warp]);
        }
      }
    }
    return ended;
  }

  static void leave(Barrier& barrier) {
    --barrier.expected;
    if (barrier.expected > 0 && barrier.arrived == barrier.expected) {
      barrier.arrived = 0;
      ++barrier.generation;
    }
  }

  void enter(int t) {
    Fiber& fiber = *fibers_[t];
    current_ = t;
    if (_setjmp(scheduler_) != 0) return;
    if (fiber.started) _longjmp(fiber.resume, 1);
    fiber.started = true;
    getcontext(&fiber.start);
    fiber.start.uc_stack.ss_sp = fiber.stack.get();
    fiber.start.uc_stack.ss_size = kStackBytes;
    fiber.start.uc_link = nullptr;
    const auto self = reinterpret_cast<uintptr_t>(this);
    makecontext(&fiber.start, reinterpret_cast<void (*)()>(&Block::loop), 3, unsigned(self >> 32), unsigned(self), t);
    setcontext(&fiber.start);
  }

  static void loop(unsigned high, unsigned low, int t) {
    Block& block = *reinterpret_cast<Block*>(uintptr_t(high) << 32 | low);
    for (;;) {
      try {
        block.call_(block.context_, t);
      } catch (...) {
        block.failure_ = std::current_exception();
      }
      block.fibers_[t]->done = true;
      block.leaveFiber(t);
    }
  }

  void leaveFiber(int t) {
    if (_setjmp(fibers_[t]->resume) == 0) _longjmp(scheduler_, 1);
  }

  void wait(Barrier& barrier) {
    const int t = current_;
    const unsigned generation = barrier.generation;
    barrier.arrive();
    if (barrier.generation != generation) return;
    fibers_[t]->waiting = &barrier;
    fibers_[t]->generation = generation;
    leaveFiber(t);
  }

  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Barrier> warps_;
  Barrier barrier_;
  void (*call_)(void*, int) = nullptr;
  void* context_ = nullptr;
  int threads_ = 0, current_ = 0;
  std::exception_ptr failure_;
  jmp_buf scheduler_;
};

inline Block& block() {
  static thread_local Block instance;
  return instance;
}

}  // namespace mint::emulation
