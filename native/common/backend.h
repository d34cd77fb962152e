// The interface that both addons implement and the Node binding drives: weights live in the backend's memory, a launch is a
// weight arena plus one batch, and timing happens behind it so that no JavaScript runs in a timed path.
// Units: bytes, seconds, elements. Layout of every array: native/README.md.
#pragma once
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace mint {

enum class Dtype { fp32, bf16, fp16 };
inline int64_t bytesOf(Dtype dtype) { return dtype == Dtype::fp32 ? 4 : 2; }

constexpr int kMaxRank = 256;

/** One projection's weights: a slice is one output matrix fed by the same x (q, k, v; gate, up). */
struct Shape {
  Dtype dtype = Dtype::fp32;
  int64_t inDim = 0;
  std::vector<int32_t> sliceDims;
  int64_t totalRank = 0;

  int64_t outDim() const {
    int64_t sum = 0;
    for (int32_t dim : sliceDims) sum += dim;
    return sum;
  }
  int slices() const { return static_cast<int>(sliceDims.size()); }
};

/** Which rows go through which adapter (or adapter's expert). The binding checks it; no y row is named twice. */
struct Batch {
  int64_t xRows = 0, yRows = 0;
  std::vector<int32_t> segStart, segRankStart, segRank;
  std::vector<float> segScale;
  std::vector<int32_t> rows, outRows;
  std::vector<float> rowScale;

  int segments() const { return static_cast<int>(segRank.size()); }
  int64_t pairs() const { return static_cast<int64_t>(rows.size()); }
  int pairsOf(int segment) const { return segStart[segment + 1] - segStart[segment]; }
};

/** `matvec` streams weights once per few rows (decode); `gemm` uses matrix tiles (prefill); `automatic` picks per segment. */
enum class Path { automatic, matvec, gemm };

struct LaunchOptions {
  bool accumulate = true;
  Path path = Path::automatic;
};

struct TimingOptions {
  /** Evict weights, x and y from the caches before each sample. */
  bool cold = false;
  /** Launches per sample; a sample is their mean. */
  int launches = 1;
};

class Weights {
 public:
  explicit Weights(Shape shape) : shape(std::move(shape)) {}
  virtual ~Weights() = default;
  /** Copies `rankRows` rank rows of A (isB = false) or B of one slice into the arena; blocks until they are there. */
  virtual void upload(int slice, bool isB, int64_t rankStart, int64_t rankRows, const void* data) = 0;
  /** Fills the whole arena with uniform values in ±2^-5 for timing runs. */
  virtual void fill(uint64_t seed) = 0;
  const Shape shape;
};

class Launch {
 public:
  virtual ~Launch() = default;
  virtual void setX(const void* data) = 0;
  virtual void setY(const void* data) = 0;
  virtual void getY(void* data) = 0;
  virtual void run() = 0;
  /** Launches samples · launches times, no more; writes seconds per launch, one value per sample. */
  virtual void time(const TimingOptions& options, double* samples, size_t count) = 0;
};

enum class Probe { readBandwidth, copyBandwidth };

class Device {
 public:
  virtual ~Device() = default;
  virtual std::unique_ptr<Weights> createWeights(const Shape& shape) = 0;
  virtual std::unique_ptr<Launch> createLaunch(std::shared_ptr<Weights> weights, Batch batch, LaunchOptions options) = 0;
  /** Bytes per second, one value per sample, over `bytes` of memory (copies count the bytes read and those written). */
  virtual void bandwidth(Probe probe, int64_t bytes, double* samples, size_t count) = 0;
  /** FLOP per second of an (m × k)·(k × n) product in `dtype` with fp32 sums, one value per sample. */
  virtual void dense(Dtype dtype, int64_t m, int64_t n, int64_t k, double* samples, size_t count) = 0;
  /** Seconds of one launch's work done by the plain loop a compiler makes of it (-O3); NaN where there is none. */
  virtual double plainLoop(Launch& launch) = 0;
};

struct DeviceOptions {
  /** Vector unit to force (cpu) or empty for the best one. */
  std::string isa;
  /** 0: one per core. */
  int threads = 0;
};

/** JSON text: what there is and whether it can run. Never throws for a missing device. */
std::string probeJson();
std::unique_ptr<Device> openDevice(const DeviceOptions& options);

}  // namespace mint
