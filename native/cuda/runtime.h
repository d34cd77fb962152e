// The host's side of a GPU: memory, one stream, graphs, event timers. Real CUDA here; emulation/runtime_emulation.h has the same
// names on the CPU.
#pragma once
#include <cstdint>
#include <string>

#include "../common/backend.h"

namespace mint::gpu {

struct Info {
  bool usable = false;
  /** Why not, in words; empty where usable. */
  std::string reason;
  std::string name, computeCapability;
  int multiprocessors = 0, driverVersion = 0, runtimeVersion = 0;
  int64_t memoryBytes = 0, l2Bytes = 0;
  bool emulated = false;
  /** Whether a kernel may start before the one in front of it has ended (sm_90). */
  bool startsEarly = false;
  /** Least depth that a split of the shrink keeps: one 16-byte load of each lane of a warp in 16 bit. */
  int leastSplitDepth = 256;
};

/** A dense product by the vendor's library, where one is installed: C (m × n) = P (m × k) · Q (n × k)ᵀ, C in fp32 or P's type. */
struct VendorProduct {
  virtual ~VendorProduct() = default;
  virtual std::string name() const = 0;
  virtual void launch(Dtype dtype, const void* p, const void* q, void* c, int m, int n, int k) const = 0;
};

}  // namespace mint::gpu

#ifdef MINT_EMULATED
#include "emulation/runtime_emulation.h"
#else

#include <cuda_runtime.h>

#include <functional>
#include <stdexcept>

namespace mint::gpu {

inline void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + what + ": " + cudaGetErrorString(status));
}

inline Info queryDevice() {
  Info info;
  cudaDriverGetVersion(&info.driverVersion);
  cudaRuntimeGetVersion(&info.runtimeVersion);
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    info.reason = status != cudaSuccess ? std::string(cudaGetErrorString(status)) : "no CUDA device";
    if (info.driverVersion == 0) info.reason += " (no NVIDIA driver is loaded)";
    return info;
  }
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, 0), "device properties");
  info.name = properties.name;
  info.computeCapability = std::to_string(properties.major) + "." + std::to_string(properties.minor);
  info.multiprocessors = properties.multiProcessorCount;
  info.memoryBytes = int64_t(properties.totalGlobalMem);
  info.l2Bytes = properties.l2CacheSize;
  info.startsEarly = properties.major >= 9;
  info.usable = properties.major >= 8;
  if (!info.usable) info.reason = "compute capability " + info.computeCapability + ", needs 8.0 (cp.async, bf16)";
  return info;
}

inline cudaStream_t stream() {
  static cudaStream_t instance = [] {
    cudaStream_t made;
    check(cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking), "stream");
    return made;
  }();
  return instance;
}
inline void synchronize() { check(cudaStreamSynchronize(stream()), "kernel"); }

class Buffer {
 public:
  explicit Buffer(int64_t bytes) : bytes_(bytes > 0 ? bytes : 1) {
    check(cudaMalloc(&data_, bytes_), ("allocation of " + std::to_string(bytes_) + " bytes").c_str());
  }
  Buffer(Buffer&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }
  Buffer(const Buffer&) = delete;
  ~Buffer() { cudaFree(data_); }
  char* data() const { return static_cast<char*>(data_); }
  int64_t size() const { return bytes_; }

 private:
  void* data_ = nullptr;
  int64_t bytes_;
};

inline void upload(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream()), "copy to the device");
  synchronize();
}
inline void download(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream()), "copy from the device");
  synchronize();
}
/** The architecture whose instructions a kernel was compiled to, 90 for sm_90, whatever it was translated to since. */
template <class Kernel>
int architectureOf(Kernel* kernel) {
  cudaFuncAttributes attributes;
  check(cudaFuncGetAttributes(&attributes, kernel), "kernel attributes");
  return attributes.ptxVersion;
}

inline void clear(void* data, int64_t bytes) { check(cudaMemsetAsync(data, 0, bytes, stream()), "memset"); }

template <class... Parameters, class... Args>
void launch(dim3 grid, int threads, size_t dynamicShared, void (*kernel)(Parameters...), Args... args) {
  if (dynamicShared > 48 << 10)
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(dynamicShared)), "shared memory");
  kernel<<<grid, threads, dynamicShared, stream()>>>(args...);
  check(cudaGetLastError(), "kernel launch");
}

/** As launch(), but the kernel may start while the one before it still runs; it calls dependencyWait() before it reads its results. */
template <class... Parameters, class... Args>
void launchEarly(dim3 grid, int threads, void (*kernel)(Parameters...), Args... args) {
  cudaLaunchAttribute attribute;
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = dim3(threads);
  config.stream = stream();
  config.attrs = &attribute;
  config.numAttrs = 1;
  check(cudaLaunchKernelEx(&config, kernel, args...), "kernel launch");
}

/** Launches recorded once and replayed by one call. */
class Graph {
 public:
  explicit Graph(const std::function<void()>& record) {
    cudaGraph_t graph;
    check(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeThreadLocal), "capture");
    record();
    check(cudaStreamEndCapture(stream(), &graph), "capture");
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check(status, "graph");
  }
  Graph(const Graph&) = delete;
  ~Graph() { cudaGraphExecDestroy(executable_); }
  void launch() const { check(cudaGraphLaunch(executable_, stream()), "graph launch"); }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

/** Device time between two points of the stream. */
class Timer {
 public:
  Timer() {
    check(cudaEventCreate(&begin_), "event");
    check(cudaEventCreate(&end_), "event");
  }
  Timer(const Timer&) = delete;
  ~Timer() {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
  }
  void start() { check(cudaEventRecord(begin_, stream()), "event"); }
  double stopSeconds() {
    check(cudaEventRecord(end_, stream()), "event");
    check(cudaEventSynchronize(end_), "kernel");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin_, end_), "event");
    return milliseconds / 1e3;
  }

 private:
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

}  // namespace mint::gpu

#include "vendor_product.h"
#endif
