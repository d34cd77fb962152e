// Threads that outlive launches. A launch of a few microseconds cannot pay for a wake-up, so waiting threads spin for a while
// before they sleep; work is handed out one item at a time, in order, so that neighbours in memory stay neighbours in time.
#pragma once
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace mint {

class ThreadPool {
 public:
  /** `threads` in all, the caller's own included. */
  explicit ThreadPool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() {
    stop_ = true;
    epoch_.fetch_add(1);
    epoch_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  int threads() const { return int(workers_.size()) + 1; }

  /** Calls f(item, thread) for every item below `items`; returns when all are done; rethrows the first exception. */
  template <class F>
  void parallel(int64_t items, F&& f) {
    if (items <= 0) return;
    // A single item is done before another thread would have woken up.
    if (items == 1) return f(0, 0);
    call_ = [](void* context, int64_t item, int thread) { (*static_cast<std::remove_reference_t<F>*>(context))(item, thread); };
    context_ = &f;
    items_ = items;
    next_.store(0, std::memory_order_relaxed);
    busy_.store(int(workers_.size()), std::memory_order_relaxed);
    epoch_.fetch_add(1);
    if (sleepers_.load() > 0) epoch_.notify_all();
    drain(0);
    for (int spins = 0; busy_.load(std::memory_order_acquire) != 0; ++spins) spins < kSpins ? pause() : std::this_thread::yield();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  /** About 50 µs: longer than the gap between two launches, shorter than anyone else on the machine would notice. */
  static constexpr int kSpins = 2000;

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
  }

  void drain(int thread) {
    for (int64_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < items_;) {
      try {
        call_(context_, i, thread);
      } catch (...) {
        const std::lock_guard lock(failureMutex_);
        if (!failure_) failure_ = std::current_exception();
      }
    }
  }

  void work(int thread) {
    for (uint32_t seen = 0;;) {
      for (int spins = 0; epoch_.load() == seen; ++spins) {
        if (spins < kSpins) {
          pause();
          continue;
        }
        sleepers_.fetch_add(1);
        epoch_.wait(seen);
        sleepers_.fetch_sub(1);
      }
      ++seen;
      if (stop_) return;
      drain(thread);
      busy_.fetch_sub(1, std::memory_order_release);
    }
  }

  std::vector<std::thread> workers_;
  std::atomic<uint32_t> epoch_{0};
  std::atomic<int> sleepers_{0}, busy_{0};
  std::atomic<int64_t> next_{0};
  std::atomic<bool> stop_{false};
  int64_t items_ = 0;
  void (*call_)(void*, int64_t, int) = nullptr;
  void* context_ = nullptr;
  std::mutex failureMutex_;
  std::exception_ptr failure_;
};

}  // namespace mint
