// The cuda backend: arenas in device memory, a launch is a captured graph of up to five kernels, timed by device events. Included
// by device.cu (nvcc, for the GPU) and by emulation/device_emulated.cc (the C++ compiler, for the tests).
#include "runtime.h"

#include <cmath>
#include <optional>
#include <sstream>

#include "../common/backend.h"
#include "kernels.h"
#include "probe_kernels.h"
#include "work_list.h"

namespace mint {

namespace {

template <class T>
gpu::Buffer toDevice(const std::vector<T>& values) {
  gpu::Buffer buffer(int64_t(values.size() * sizeof(T)));
  gpu::upload(buffer.data(), values.data(), int64_t(values.size() * sizeof(T)));
  return buffer;
}

int fillBlocks(const gpu::Info& info) { return info.multiprocessors * 8; }

void fillArena(Dtype dtype, const gpu::Buffer& arena, uint64_t seed, const gpu::Info& info) {
  const int64_t count = arena.size() / bytesOf(dtype);
  const dim3 grid(fillBlocks(info));
  if (dtype == Dtype::fp32) gpu::launch(grid, 256, 0, fillKernel<float>, reinterpret_cast<float*>(arena.data()), count, seed);
  if (dtype == Dtype::bf16) gpu::launch(grid, 256, 0, fillKernel<Bf16>, reinterpret_cast<Bf16*>(arena.data()), count, seed);
  if (dtype == Dtype::fp16) gpu::launch(grid, 256, 0, fillKernel<Fp16>, reinterpret_cast<Fp16*>(arena.data()), count, seed);
}

class CudaWeights : public Weights {
 public:
  CudaWeights(const Shape& s, const gpu::Info& info) : Weights(s), info_(info) {
    if (shape.slices() > kMaxSlices) throw std::runtime_error("cuda: more than 8 slices");
    for (int32_t out : shape.sliceDims) {
      a.emplace_back(shape.totalRank * shape.inDim * bytesOf(shape.dtype));
      b.emplace_back(shape.totalRank * out * bytesOf(shape.dtype));
    }
  }
  void upload(int slice, bool isB, int64_t rankStart, int64_t rankRows, const void* data) override {
    const int64_t row = (isB ? shape.sliceDims[slice] : shape.inDim) * bytesOf(shape.dtype);
    gpu::upload((isB ? b : a)[slice].data() + rankStart * row, data, rankRows * row);
  }
  void fill(uint64_t seed) override {
    for (auto* arenas : {&a, &b})
      for (const gpu::Buffer& arena : *arenas) {
        ++seed;
        fillArena(shape.dtype, arena, seed, info_);
      }
    gpu::synchronize();
  }
  std::vector<gpu::Buffer> a, b;

 private:
  const gpu::Info& info_;
};

template <class T>
class CudaLaunch : public Launch {
 public:
  CudaLaunch(std::shared_ptr<CudaWeights> weights, const Batch& batch, LaunchOptions options, const gpu::Info& info)
      : weights_(std::move(weights)),
        info_(info),
        list_(makeWorkList(weights_->shape, batch, options.path, info.multiprocessors, info.leastSplitDepth)),
        x_(batch.xRows * weights_->shape.inDim * int64_t(sizeof(T))),
        y_(batch.yRows * weights_->shape.outDim() * int64_t(sizeof(T))),
        partial_(list_.vFloats * list_.splits * 4),
        shrunk_(list_.vFloats * int64_t(sizeof(T))),
        segScale_(toDevice(batch.segScale)),
        rows_(toDevice(batch.rows)),
        outRows_(toDevice(batch.outRows)),
        rowScale_(toDevice(batch.rowScale)),
        shrinkDecode_(toDevice(list_.shrinkDecode)),
        shrinkPrefill_(toDevice(list_.shrinkPrefill)),
        expandDecode_(toDevice(list_.expandDecode)),
        expandPrefill_(toDevice(list_.expandPrefill)) {
    const Shape& shape = weights_->shape;
    op_.x = reinterpret_cast<const T*>(x_.data());
    op_.y = reinterpret_cast<T*>(y_.data());
    op_.inDim = int32_t(shape.inDim);
    op_.outDim = int32_t(shape.outDim());
    for (int s = 0, column = 0; s < shape.slices(); column += shape.sliceDims[s++]) {
      op_.a[s] = reinterpret_cast<const T*>(weights_->a[s].data());
      op_.b[s] = reinterpret_cast<const T*>(weights_->b[s].data());
      op_.sliceDim[s] = shape.sliceDims[s];
      op_.columnStart[s] = column;
    }
    op_.segScale = reinterpret_cast<const float*>(segScale_.data());
    op_.rows = reinterpret_cast<const int32_t*>(rows_.data());
    op_.outRows = reinterpret_cast<const int32_t*>(outRows_.data());
    op_.rowScale = reinterpret_cast<const float*>(rowScale_.data());
    op_.partial = reinterpret_cast<float*>(partial_.data());
    op_.shrunk = reinterpret_cast<T*>(shrunk_.data());
    op_.splits = list_.splits;
    op_.splitDepth = list_.splitDepth;
    op_.vFloats = int32_t(list_.vFloats);
    op_.accumulate = options.accumulate;
    if (list_.vFloats > 0) once_.emplace([this] { record(); });
  }

  void setX(const void* data) override { gpu::upload(x_.data(), data, xBytes()); }
  void setY(const void* data) override { gpu::upload(y_.data(), data, yBytes()); }
  void getY(void* data) override { gpu::download(data, y_.data(), yBytes()); }

  void run() override {
    if (once_) once_->launch();
    gpu::synchronize();
  }

  void time(const TimingOptions& options, double* samples, size_t count) override {
    // Launches of a sample are one graph: a graph of its own per launch would time the host, not the device.
    std::optional<gpu::Graph> several;
    if (once_ && options.launches > 1)
      several.emplace([this, n = options.launches] {
        for (int i = 0; i < n; ++i) record();
      });
    std::optional<gpu::Buffer> flush;
    if (options.cold) {
      flush.emplace(2 * info_.l2Bytes);
      gpu::clear(flush->data(), flush->size());
    }
    gpu::Timer timer;
    for (size_t i = 0; i < count; ++i) {
      if (flush) overwriteL2(*flush);
      timer.start();
      if (several) several->launch();
      else if (once_) once_->launch();
      samples[i] = timer.stopSeconds() / options.launches;
    }
  }

 private:
  int64_t xBytes() const { return x_.size() / int64_t(sizeof(T)) * int64_t(sizeof(T)); }
  int64_t yBytes() const { return y_.size() / int64_t(sizeof(T)) * int64_t(sizeof(T)); }

  /** By reading: lines that were written would still have to leave for memory while the launch is timed. */
  void overwriteL2(const gpu::Buffer& other) const {
    gpu::launch(dim3(fillBlocks(info_)), 256, 0, readKernel, reinterpret_cast<const uint4*>(other.data()), other.size() / 16,
                reinterpret_cast<unsigned*>(other.data()));
  }

  /** The first kernel waits for whatever is before the operator; the others start early, where the GPU can. */
  void record() const {
    bool first = true;
    const auto next = [&](unsigned blocks, auto kernel, auto... args) {
      if (first || !info_.startsEarly) gpu::launch(dim3(blocks), kThreads, 0, kernel, op_, args...);
      else gpu::launchEarly(dim3(blocks), kThreads, kernel, op_, args...);
      first = false;
    };
    const auto each = [&](void (*kernel)(Operator<T>, const Item*), const std::vector<Item>& items, const gpu::Buffer& list) {
      if (!items.empty()) next(unsigned(items.size()), kernel, reinterpret_cast<const Item*>(list.data()));
    };
    each(shrinkDecode<T>, list_.shrinkDecode, shrinkDecode_);
    if constexpr (sizeof(T) == 2) {
      each(shrinkPrefill<T>, list_.shrinkPrefill, shrinkPrefill_);
      if (!list_.expandPrefill.empty()) next(unsigned((list_.vFloats + kThreads - 1) / kThreads), sumSplits<T>);
      each(expandPrefill<T>, list_.expandPrefill, expandPrefill_);
    }
    each(expandDecode<T>, list_.expandDecode, expandDecode_);
  }

  const std::shared_ptr<CudaWeights> weights_;
  const gpu::Info& info_;
  const WorkList list_;
  const gpu::Buffer x_, y_, partial_, shrunk_;
  const gpu::Buffer segScale_, rows_, outRows_, rowScale_;
  const gpu::Buffer shrinkDecode_, shrinkPrefill_, expandDecode_, expandPrefill_;
  Operator<T> op_{};
  std::optional<gpu::Graph> once_;
};

class CudaDevice : public Device {
 public:
  CudaDevice() : info_(gpu::queryDevice()) {
    if (!info_.usable) throw std::runtime_error("cuda: " + info_.reason);
    // Code for an older GPU, translated by the driver, has no wait in it: its kernels start one after the other.
    if (info_.startsEarly) info_.startsEarly = gpu::architectureOf(shrinkDecode<float>) >= 90;
  }

  std::unique_ptr<Weights> createWeights(const Shape& shape) override { return std::make_unique<CudaWeights>(shape, info_); }

  std::unique_ptr<Launch> createLaunch(std::shared_ptr<Weights> weights, Batch batch, LaunchOptions options) override {
    auto arena = std::static_pointer_cast<CudaWeights>(std::move(weights));
    if (arena->shape.dtype == Dtype::fp32) return std::make_unique<CudaLaunch<float>>(arena, batch, options, info_);
    if (arena->shape.dtype == Dtype::bf16) return std::make_unique<CudaLaunch<Bf16>>(arena, batch, options, info_);
    return std::make_unique<CudaLaunch<Fp16>>(arena, batch, options, info_);
  }

  void bandwidth(Probe probe, int64_t bytes, double* samples, size_t count) override {
    const int64_t words = std::max<int64_t>(1, bytes / 16);
    const bool copies = probe == Probe::copyBandwidth;
    const gpu::Buffer from(words * 16), to(copies ? words * 16 : 16);
    gpu::clear(from.data(), from.size());
    const dim3 grid(fillBlocks(info_));
    measure(samples, count, double(words * 16) * (copies ? 2 : 1), [&] {
      const auto* source = reinterpret_cast<const uint4*>(from.data());
      if (copies) gpu::launch(grid, 256, 0, copyKernel, source, reinterpret_cast<uint4*>(to.data()), words);
      else gpu::launch(grid, 256, 0, readKernel, source, words, reinterpret_cast<unsigned*>(to.data()));
    });
  }

  void dense(Dtype dtype, int64_t m, int64_t n, int64_t k, double* samples, size_t count) override {
    const auto up = [](int64_t value) { return (value + kDenseTile - 1) / kDenseTile * kDenseTile; };
    m = up(m), n = up(n), k = up(k);
    const gpu::Buffer p(m * k * bytesOf(dtype)), q(n * k * bytesOf(dtype)), c(m * n * 4);
    // Random operands: zeros would spare the multipliers power and raise their clock.
    fillArena(dtype, p, 1, info_);
    fillArena(dtype, q, 2, info_);
    float* const out = reinterpret_cast<float*>(c.data());
    const auto tiles = [&](auto* type, auto kernel) {
      using T = std::remove_pointer_t<decltype(type)>;
      const dim3 grid(unsigned(n / kDenseTile), unsigned(m / kDenseTile));
      gpu::launch(grid, 256, sizeof(DenseShared<T>), kernel, reinterpret_cast<const T*>(p.data()),
                  reinterpret_cast<const T*>(q.data()), out, int(n), int(k));
    };
    const gpu::VendorProduct* const vendor = gpu::vendorProduct();
    measure(samples, count, 2.0 * double(m) * double(n) * double(k), [&] {
      if (vendor != nullptr) return vendor->launch(dtype, p.data(), q.data(), c.data(), int(m), int(n), int(k));
      if (dtype == Dtype::bf16) return tiles(static_cast<Bf16*>(nullptr), denseTiles<Bf16>);
      if (dtype == Dtype::fp16) return tiles(static_cast<Fp16*>(nullptr), denseTiles<Fp16>);
      gpu::launch(dim3(unsigned(n / 64), unsigned(m / 64)), 256, 0, denseFp32, reinterpret_cast<const float*>(p.data()),
                  reinterpret_cast<const float*>(q.data()), out, int(n), int(k));
    });
  }

  double plainLoop(Launch&) override { return std::nan(""); }

 private:
  template <class F>
  static void measure(double* samples, size_t count, double work, F&& launchOnce) {
    launchOnce();
    gpu::Timer timer;
    for (size_t i = 0; i < count; ++i) {
      timer.start();
      launchOnce();
      samples[i] = work / timer.stopSeconds();
    }
  }

  gpu::Info info_;
};

}  // namespace

std::string probeJson() {
  const gpu::Info info = gpu::queryDevice();
  const auto quoted = [](const std::string& text) {
    std::string out = "\"";
    for (char c : text)
      if (c >= ' ' && c != '"' && c != '\\') out += c;
    return out + '"';
  };
  const gpu::VendorProduct* const vendor = info.usable ? gpu::vendorProduct() : nullptr;
  const std::string product = vendor != nullptr ? vendor->name() : "own WMMA";
  std::ostringstream json;
  json << R"({"backend":"cuda","usable":)" << (info.usable ? "true" : "false") << R"(,"reason":)" << quoted(info.reason)
       << R"(,"device":)" << quoted(info.name) << R"(,"computeCapability":)" << quoted(info.computeCapability)
       << R"(,"driverVersion":)" << info.driverVersion << R"(,"runtimeVersion":)" << info.runtimeVersion << R"(,"memoryBytes":)"
       << info.memoryBytes << R"(,"l2Bytes":)" << info.l2Bytes << R"(,"denseProduct":)" << quoted(product) << R"(,"emulated":)" << (info.emulated ? "true" : "false") << '}';
  return json.str();
}

std::unique_ptr<Device> openDevice(const DeviceOptions&) { return std::make_unique<CudaDevice>(); }

}  // namespace mint
