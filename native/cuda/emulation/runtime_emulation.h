// runtime.h's names on the CPU. Memory is host memory, poisoned on allocation; a graph is a recorded function.
#pragma once
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>

#include "gpu_emulation.h"

namespace mint::gpu {

inline Info queryDevice() {
  Info info;
  info.usable = info.emulated = true;
  info.name = "CPU emulation of the CUDA kernels";
  info.computeCapability = "8.0";
  // Few multiprocessors and shallow splits: small problems then take every path of the work list.
  info.multiprocessors = 4;
  info.leastSplitDepth = 64;
  info.l2Bytes = 1 << 16;
  return info;
}

inline void synchronize() {}

class Buffer {
 public:
  explicit Buffer(int64_t bytes) : bytes_(bytes > 0 ? bytes : 1) {
    data_ = static_cast<char*>(std::aligned_alloc(256, (bytes_ + 255) / 256 * 256));
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(data_, 0xff, bytes_);
  }
  Buffer(Buffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }
  Buffer(const Buffer&) = delete;
  ~Buffer() { std::free(data_); }
  char* data() const { return data_; }
  int64_t size() const { return bytes_; }

 private:
  char* data_;
  int64_t bytes_;
};

inline void upload(void* to, const void* from, int64_t bytes) { std::memcpy(to, from, bytes); }
inline void download(void* to, const void* from, int64_t bytes) { std::memcpy(to, from, bytes); }
inline void clear(void* data, int64_t bytes) { std::memset(data, 0, bytes); }

template <class... Parameters, class... Args>
void launch(dim3 grid, int threads, size_t, void (*kernel)(Parameters...), Args... args) {
  emulation::runGrid(grid, threads, kernel, args...);
}
template <class... Parameters, class... Args>
void launchEarly(dim3 grid, int threads, void (*kernel)(Parameters...), Args... args) {
  emulation::runGrid(grid, threads, kernel, args...);
}

template <class Kernel>
int architectureOf(Kernel*) {
  return 80;
}

inline const VendorProduct* vendorProduct() { return nullptr; }

class Graph {
 public:
  explicit Graph(std::function<void()> record) : record_(std::move(record)) {}
  void launch() const { record_(); }

 private:
  std::function<void()> record_;
};

class Timer {
 public:
  void start() { start_ = std::chrono::steady_clock::now(); }
  double stopSeconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace mint::gpu
