// The cpu backend: arenas in huge pages, two parallel passes per launch (shrink, then expand), a monotonic clock around them.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

#include "../common/dtype.h"
#include "plain_loop.h"
#include "plan.h"
#include "thread_pool.h"

namespace mint {

namespace {

using Clock = std::chrono::steady_clock;
double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/** Zeroed memory on its own pages, huge ones where the system has them: weights are read at random owner by owner. */
class Pages {
 public:
  explicit Pages(int64_t bytes) : bytes_(std::max<int64_t>(bytes, 1)) {
    data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) throw std::runtime_error("cannot allocate " + std::to_string(bytes_) + " bytes of host memory");
#ifdef MADV_HUGEPAGE
    madvise(data_, bytes_, MADV_HUGEPAGE);
#endif
  }
  Pages(Pages&& other) noexcept : data_(other.data_), bytes_(other.bytes_) { other.data_ = nullptr; }
  Pages(const Pages&) = delete;
  ~Pages() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }
  char* bytes() const { return static_cast<char*>(data_); }
  int64_t size() const { return bytes_; }

 private:
  void* data_;
  int64_t bytes_;
};

void storeAs(Dtype dtype, char* base, int64_t index, float value) {
  if (dtype == Dtype::fp32) reinterpret_cast<float*>(base)[index] = value;
  if (dtype == Dtype::bf16) reinterpret_cast<Bf16*>(base)[index] = fromFloat<Bf16>(value);
  if (dtype == Dtype::fp16) reinterpret_cast<Fp16*>(base)[index] = fromFloat<Fp16>(value);
}

void fillUniform(Dtype dtype, const Pages& pages, int64_t elements, uint64_t seed) {
  uint64_t state = seed * 2 + 1;
  for (int64_t i = 0; i < elements; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    storeAs(dtype, pages.bytes(), i, float(int32_t(state >> 32)) * 0x1p-36f);
  }
}

class CpuWeights : public Weights {
 public:
  explicit CpuWeights(const Shape& s) : Weights(s) {
    for (int32_t out : shape.sliceDims) {
      a_.emplace_back(shape.totalRank * shape.inDim * bytesOf(shape.dtype));
      b_.emplace_back(shape.totalRank * out * bytesOf(shape.dtype));
    }
  }
  void upload(int slice, bool isB, int64_t rankStart, int64_t rankRows, const void* data) override {
    const int64_t row = (isB ? shape.sliceDims[slice] : shape.inDim) * bytesOf(shape.dtype);
    std::memcpy((isB ? b_ : a_)[slice].bytes() + rankStart * row, data, rankRows * row);
  }
  void fill(uint64_t seed) override {
    for (int s = 0; s < shape.slices(); ++s) {
      fillUniform(shape.dtype, a_[s], shape.totalRank * shape.inDim, seed + 2 * s);
      fillUniform(shape.dtype, b_[s], shape.totalRank * shape.sliceDims[s], seed + 2 * s + 1);
    }
  }
  char* a(int slice, int64_t rankRow) const { return a_[slice].bytes() + rankRow * shape.inDim * bytesOf(shape.dtype); }
  char* b(int slice, int64_t rankRow) const {
    return b_[slice].bytes() + rankRow * shape.sliceDims[slice] * bytesOf(shape.dtype);
  }

 private:
  std::vector<Pages> a_, b_;
};

/** Writes back and drops the cache lines of a range, on every level. */
void evict(const char* begin, int64_t bytes) {
  for (const char* p = begin; p < begin + bytes; p += 64) {
#if defined(__x86_64__)
    __builtin_ia32_clflush(p);
#elif defined(__aarch64__)
    __asm__ volatile("dc civac, %0" ::"r"(p) : "memory");
#endif
  }
#if defined(__x86_64__)
  __builtin_ia32_mfence();
#elif defined(__aarch64__)
  __asm__ volatile("dsb sy" ::: "memory");
#endif
}

class CpuLaunch : public Launch {
 public:
  CpuLaunch(std::shared_ptr<Weights> weights, Batch b, LaunchOptions options, const KernelTable& table, ThreadPool& pool)
      : weights_(std::static_pointer_cast<CpuWeights>(std::move(weights))),
        shape_(weights_->shape),
        batch_(std::move(b)),
        options_(options),
        kernels_(table.typed[int(shape_.dtype)]),
        pool_(pool),
        plan_(makePlan(shape_, batch_, options.path, kernels_, pool.threads())),
        scratch_(pool.threads()),
        x_(batch_.xRows * shape_.inDim * bytesOf(shape_.dtype)),
        y_(batch_.yRows * shape_.outDim() * bytesOf(shape_.dtype)),
        v_(plan_.vFloats * 4) {
    for (int64_t start = 0; int32_t out : shape_.sliceDims) {
      columnStart_.push_back(start);
      start += out;
    }
  }

  void setX(const void* data) override { std::memcpy(x_.bytes(), data, batch_.xRows * shape_.inDim * bytesOf(shape_.dtype)); }
  void setY(const void* data) override { std::memcpy(y_.bytes(), data, batch_.yRows * shape_.outDim() * bytesOf(shape_.dtype)); }
  void getY(void* data) override { std::memcpy(data, y_.bytes(), batch_.yRows * shape_.outDim() * bytesOf(shape_.dtype)); }

  void run() override {
    pool_.parallel(int64_t(plan_.shrink.size()), [this](int64_t i, int thread) { shrink(plan_.shrink[i], scratch_[thread]); });
    pool_.parallel(int64_t(plan_.expand.size()), [this](int64_t i, int thread) { expand(plan_.expand[i], scratch_[thread]); });
  }

  void time(const TimingOptions& options, double* samples, size_t count) override {
    for (size_t i = 0; i < count; ++i) {
      if (options.cold) evictInputs();
      const auto start = Clock::now();
      for (int n = 0; n < options.launches; ++n) run();
      samples[i] = secondsSince(start) / options.launches;
    }
  }

  double timePlainLoop() {
    const auto start = Clock::now();
    for (int g = 0; g < batch_.segments(); ++g)
      for (int s = 0; s < shape_.slices(); ++s) {
        const ShrinkTask shrink = shrinkTask(g, s);
        const ExpandTask expand = expandTask(g, s, 0, shape_.sliceDims[s]);
        plainSegment(shape_.dtype, shrink, expand);
      }
    return secondsSince(start);
  }

 private:
  ShrinkTask shrinkTask(int g, int s) const {
    const int rank = batch_.segRank[g], first = batch_.segStart[g];
    float* const v = reinterpret_cast<float*>(v_.bytes()) + plan_.vStart[g * shape_.slices() + s];
    return {weights_->a(s, batch_.segRankStart[g]), rank, shape_.inDim,  x_.bytes(), batch_.rows.data() + first,
            batch_.pairsOf(g),                      v,    vStride(rank)};
  }
  ExpandTask expandTask(int g, int s, int columnBegin, int columnEnd) const {
    const int rank = batch_.segRank[g], first = batch_.segStart[g];
    const int64_t element = bytesOf(shape_.dtype);
    return {weights_->b(s, batch_.segRankStart[g]) + int64_t(columnBegin) * rank * element,
            rank,
            columnEnd - columnBegin,
            reinterpret_cast<const float*>(v_.bytes()) + plan_.vStart[g * shape_.slices() + s],
            vStride(rank),
            batch_.outRows.data() + first,
            batch_.rowScale.data() + first,
            batch_.segScale[g],
            batch_.pairsOf(g),
            y_.bytes() + (columnStart_[s] + columnBegin) * element,
            shape_.outDim()};
  }

  void shrink(const ShrinkItem& item, Scratch& scratch) const {
    ShrinkTask task = shrinkTask(item.segment, item.slice);
    task.a = static_cast<const char*>(task.a) + item.rankBegin * shape_.inDim * bytesOf(shape_.dtype);
    task.rank = item.rankEnd - item.rankBegin;
    task.rows += item.pairBegin;
    task.pairs = item.pairEnd - item.pairBegin;
    task.v += item.pairBegin * task.ldv + item.rankBegin;
    if (item.gemm) kernels_.shrinkGemm(task, scratch);
    else kernels_.shrinkMatvec(task);
  }

  void expand(const ExpandItem& item, Scratch& scratch) const {
    const ExpandTask task = expandTask(item.segment, item.slice, item.columnBegin, item.columnEnd);
    if (!options_.accumulate) {
      const int64_t element = bytesOf(shape_.dtype);
      for (int p = 0; p < task.pairs; ++p)
        std::memset(static_cast<char*>(task.y) + task.outRows[p] * task.ldy * element, 0, task.columns * element);
    }
    if (item.gemm) kernels_.expandGemm(task, scratch);
    else kernels_.expandMatvec(task);
  }

  void evictInputs() const {
    const int64_t element = bytesOf(shape_.dtype);
    for (int g = 0; g < batch_.segments(); ++g)
      for (int s = 0; s < shape_.slices(); ++s) {
        evict(weights_->a(s, batch_.segRankStart[g]), batch_.segRank[g] * shape_.inDim * element);
        evict(weights_->b(s, batch_.segRankStart[g]), int64_t(batch_.segRank[g]) * shape_.sliceDims[s] * element);
      }
    evict(x_.bytes(), x_.size());
    evict(y_.bytes(), y_.size());
  }

  const std::shared_ptr<CpuWeights> weights_;
  const Shape& shape_;
  const Batch batch_;
  const LaunchOptions options_;
  const TypedKernels& kernels_;
  ThreadPool& pool_;
  const Plan plan_;
  std::vector<Scratch> scratch_;
  const Pages x_, y_, v_;
  std::vector<int64_t> columnStart_;
};

class CpuDevice : public Device {
 public:
  explicit CpuDevice(const DeviceOptions& options)
      : table_(pickKernels(options.isa)),
        pool_(options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency())) {}

  std::unique_ptr<Weights> createWeights(const Shape& shape) override { return std::make_unique<CpuWeights>(shape); }
  std::unique_ptr<Launch> createLaunch(std::shared_ptr<Weights> weights, Batch batch, LaunchOptions options) override {
    return std::make_unique<CpuLaunch>(std::move(weights), std::move(batch), options, table_, pool_);
  }

  void bandwidth(Probe probe, int64_t bytes, double* samples, size_t count) override {
    constexpr int64_t kChunk = 1 << 20;
    const int64_t chunks = std::max<int64_t>(1, bytes / kChunk);
    const Pages from(chunks * kChunk), to(probe == Probe::copyBandwidth ? chunks * kChunk : 1);
    std::memset(from.bytes(), 1, chunks * kChunk);
    std::memset(to.bytes(), 0, to.size());
    std::vector<float> sums(pool_.threads() * 16);
    // A sample is a window of the memory, short enough that other work on the machine leaves some of them alone; the whole
    // memory passes before a window comes again, so none of it is in a cache.
    const int64_t window = std::min(chunks, std::max<int64_t>(chunks / 16, 4 * pool_.threads()));
    for (size_t i = 0; i < count; ++i) {
      const int64_t first = int64_t(i) * window % (chunks - window + 1);
      const auto start = Clock::now();
      pool_.parallel(window, [&](int64_t item, int thread) {
        const int64_t chunk = first + item;
        const char* source = from.bytes() + chunk * kChunk;
        if (probe == Probe::copyBandwidth) std::memcpy(to.bytes() + chunk * kChunk, source, kChunk);
        else sums[thread * 16] += table_.readSum(reinterpret_cast<const float*>(source), kChunk / 4);
      });
      samples[i] = double(window * kChunk) * (probe == Probe::copyBandwidth ? 2 : 1) / secondsSince(start);
    }
    // The sums must be used, or the reads could be dropped.
    for (float sum : sums)
      if (std::isnan(sum)) throw std::runtime_error("read probe: memory changed under it");
  }

  void dense(Dtype dtype, int64_t m, int64_t n, int64_t k, double* samples, size_t count) override {
    // A shrink of n rank rows is a dense product: (m × k) times (n × k) transposed. Items of 256 columns stay in L2.
    constexpr int kColumns = 512;
    const Pages p(m * k * bytesOf(dtype)), q(n * k * bytesOf(dtype)), c(m * vStride(int(n)) * 4);
    fillUniform(dtype, p, m * k, 1);
    fillUniform(dtype, q, n * k, 2);
    std::vector<int32_t> rows(m);
    for (int64_t i = 0; i < m; ++i) rows[i] = int32_t(i);
    std::vector<Scratch> scratch(pool_.threads());
    const int64_t columnItems = (n + kColumns - 1) / kColumns;
    const int64_t rowStep = (m + pool_.threads() - 1) / pool_.threads();
    const auto product = [&] {
      pool_.parallel(columnItems * pool_.threads(), [&](int64_t item, int thread) {
        const int64_t n0 = item % columnItems * kColumns, m0 = item / columnItems * rowStep;
        if (m0 >= m) return;
        const ShrinkTask task{q.bytes() + n0 * k * bytesOf(dtype), int(std::min<int64_t>(kColumns, n - n0)),
                              k,                                   p.bytes(),
                              rows.data() + m0,                    int(std::min(rowStep, m - m0)),
                              reinterpret_cast<float*>(c.bytes()) + m0 * vStride(int(n)) + n0,
                              vStride(int(n))};
        table_.typed[int(dtype)].shrinkGemm(task, scratch[thread]);
      });
    };
    product();
    for (size_t i = 0; i < count; ++i) {
      const auto start = Clock::now();
      product();
      samples[i] = 2.0 * double(m) * double(n) * double(k) / secondsSince(start);
    }
  }

  double plainLoop(Launch& launch) override { return static_cast<CpuLaunch&>(launch).timePlainLoop(); }

 private:
  const KernelTable& table_;
  ThreadPool pool_;
};

std::string cpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "cpu";
}

}  // namespace

std::string probeJson() {
  int count;
  const KernelTable* const* tables = kernelTables(count);
  std::ostringstream json;
  json << R"({"backend":"cpu","usable":true,"reason":"","device":")";
  for (char c : cpuName())
    if (c >= ' ' && c != '"' && c != '\\') json << c;
  json << R"(","isas":[)";
  bool first = true;
  for (int i = 0; i < count; ++i)
    if (tables[i]->supported()) {
      json << (first ? "\"" : ",\"") << tables[i]->isa << '"';
      first = false;
    }
  json << R"(],"threads":)" << std::max(1u, std::thread::hardware_concurrency()) << '}';
  return json.str();
}

std::unique_ptr<Device> openDevice(const DeviceOptions& options) { return std::make_unique<CpuDevice>(options); }

}  // namespace mint
