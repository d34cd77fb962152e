// gpu.h's vocabulary on the CPU, so that tests execute the very source that nvcc compiles: blocks one after the other, threads as
// fibers, shared memory poisoned per block, asynchronous copies that land no earlier than the wait for them, matrix tiles
// spread over lanes. Checks results, says nothing about speed.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>

#include "../../common/dtype.h"
#include "fibers.h"

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)

#define MINT_SHARED(Type, name) Type& name = mint::emulation::sharedMemory<Type>()

struct uint4 {
  unsigned x, y, z, w;
};
struct uint2 {
  unsigned x, y;
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

namespace mint {

using std::max;
using std::min;

namespace emulation {

constexpr size_t kSharedBytes = 227 << 10;

/** What one thread has asked for with cp.async: groups land as wholes when a wait demands it. */
struct Copies {
  struct Copy {
    void* to;
    const void* from;
  };
  std::deque<std::vector<Copy>> groups{1};
};

struct Launch {
  dim3 grid, blockDim, blockIdx;
  alignas(128) unsigned char shared[kSharedBytes];
  size_t sharedUsed = 0;
  std::vector<Copies> copies;
  /** Exchange between lanes, alternating so that one barrier per exchange is enough. */
  struct Exchange {
    float values[2][kWarp];
    float left[2][256], right[2][256];
  };
  std::vector<Exchange> warps;
  std::vector<uint8_t> shuffleTurn, tileTurn;
};
inline Launch& launch() {
  static thread_local Launch instance;
  return instance;
}

template <class Type>
Type& sharedMemory() {
  static_assert(sizeof(Type) <= kSharedBytes);
  return *reinterpret_cast<Type*>(launch().shared);
}

struct Index {
  struct Thread {
    operator unsigned() const { return unsigned(block().thread()); }
  } x;
};
struct GridIndex {
  struct X {
    operator unsigned() const { return launch().blockIdx.x; }
  } x;
  struct Y {
    operator unsigned() const { return launch().blockIdx.y; }
  } y;
};
struct GridSize {
  struct X {
    operator unsigned() const { return launch().grid.x; }
  } x;
};

/** Runs a kernel over a grid; one-dimensional blocks. */
template <class Kernel, class... Args>
void runGrid(dim3 grid, int threads, Kernel kernel, Args... args) {
  Launch& state = launch();
  state.grid = grid;
  state.copies.resize(std::max<size_t>(state.copies.size(), threads));
  state.warps.resize(std::max<size_t>(state.warps.size(), (threads + kWarp - 1) / kWarp));
  for (unsigned y = 0; y < grid.y; ++y)
    for (unsigned x = 0; x < grid.x; ++x) {
      state.blockIdx = dim3(x, y);
      std::memset(state.shared, 0xff, 64 << 10);  // NaN in every type
      state.shuffleTurn.assign(threads, 0);
      state.tileTurn.assign(threads, 0);
      block().run(threads, (x + y) % 2 != 0, [&](int) { kernel(args...); });
      for (auto& copies : state.copies)
        if (copies.groups.size() != 1 || !copies.groups.front().empty())
          throw std::runtime_error("emulated block: a thread ended with asynchronous copies nobody waited for");
    }
}

}  // namespace emulation

inline const emulation::Index threadIdx{};
inline const emulation::GridIndex blockIdx{};
inline const emulation::GridSize gridDim{};

inline void __syncthreads() { emulation::block().syncBlock(); }
template <class T>
T __ldg(const T* p) {
  if (reinterpret_cast<uintptr_t>(p) % alignof(T) != 0 || (sizeof(T) == 16 && reinterpret_cast<uintptr_t>(p) % 16 != 0))
    throw std::runtime_error("emulated load: address is not aligned to its size");
  return *p;
}
inline float __uint_as_float(unsigned bits) { return floatOf(bits); }

inline float laneXor(float value, int mask) {
  auto& state = emulation::launch();
  const int thread = emulation::block().thread(), lane = thread % emulation::kWarp;
  auto& values = state.warps[thread / emulation::kWarp].values[state.shuffleTurn[thread] ^= 1];
  values[lane] = value;
  emulation::block().syncWarp();
  return values[lane ^ mask];
}

inline void asyncCopy16(void* shared, const void* global) {
  if (reinterpret_cast<uintptr_t>(shared) % 16 != 0 || reinterpret_cast<uintptr_t>(global) % 16 != 0)
    throw std::runtime_error("emulated cp.async: an address is not a multiple of 16");
  emulation::launch().copies[emulation::block().thread()].groups.back().push_back({shared, global});
}
inline void asyncCommit() { emulation::launch().copies[emulation::block().thread()].groups.emplace_back(); }
template <int Pending>
void asyncWait() {
  auto& groups = emulation::launch().copies[emulation::block().thread()].groups;
  for (; groups.size() > Pending + 1; groups.pop_front())
    for (const auto& copy : groups.front()) std::memcpy(copy.to, copy.from, 16);
}

inline void prefetchL2(const void*) {}
inline void dependencyWait() {}
inline void dependentsMayStart() {}

struct Left16 {
  unsigned r[4];
};
struct Right8 {
  unsigned r[2];
};

/** The registers' places in the operands as the PTX manual lists them for mma.m16n8k16. */
template <class T>
void multiply16x8(float (&sums)[4], const Left16& a, const Right8& b) {
  auto& state = emulation::launch();
  const int thread = emulation::block().thread(), lane = thread % emulation::kWarp, group = lane / 4, quad = lane % 4;
  auto& exchange = state.warps[thread / emulation::kWarp];
  const int turn = state.tileTurn[thread] ^= 1;
  for (int i = 0; i < 8; ++i) {
    const int row = group + (i / 2 % 2) * 8, k = quad * 2 + i % 2 + i / 4 * 8;
    exchange.left[turn][row * 16 + k] = toFloat(T{uint16_t(a.r[i / 2] >> (i % 2 * 16))});
  }
  for (int i = 0; i < 4; ++i) {
    const int k = quad * 2 + i % 2 + i / 2 * 8;
    exchange.right[turn][group * 16 + k] = toFloat(T{uint16_t(b.r[i / 2] >> (i % 2 * 16))});
  }
  emulation::block().syncWarp();
  for (int i = 0; i < 4; ++i) {
    const int row = group + i / 2 * 8, column = quad * 2 + i % 2;
    float sum = 0;
    for (int k = 0; k < 16; ++k) sum += exchange.left[turn][row * 16 + k] * exchange.right[turn][column * 16 + k];
    sums[i] += sum;
  }
}

/** A lane holds eight neighbouring elements of the 16 × 16 tile, row-major in (row, depth) or (column, depth). */
template <class T>
struct Mma {
  struct Tile {
    float v[8];
  };
  struct Left : Tile {};
  struct Right : Tile {};
  struct Sums : Tile {};
  static int lane() { return emulation::block().thread() % emulation::kWarp; }

  template <class Fragment>
  static void load(Fragment& fragment, const T* tile, int stride) {
    if (stride % 8 != 0 || reinterpret_cast<uintptr_t>(tile) % 32 != 0)
      throw std::runtime_error("emulated tile load: WMMA wants 32-byte alignment and a stride of whole 16 bytes");
    const int row = lane() / 2, k = lane() % 2 * 8;
    for (int i = 0; i < 8; ++i) fragment.v[i] = toFloat(tile[row * stride + k + i]);
  }
  static void clear(Sums& sums) { std::fill(sums.v, sums.v + 8, 0.0f); }
  static void multiply(Sums& sums, const Left& left, const Right& right) {
    auto& state = emulation::launch();
    const int thread = emulation::block().thread();
    auto& exchange = state.warps[thread / emulation::kWarp];
    const int turn = state.tileTurn[thread] ^= 1;
    std::memcpy(exchange.left[turn] + lane() * 8, left.v, sizeof left.v);
    std::memcpy(exchange.right[turn] + lane() * 8, right.v, sizeof right.v);
    emulation::block().syncWarp();
    const int row = lane() / 2, column = lane() % 2 * 8;
    for (int i = 0; i < 8; ++i) {
      float sum = 0;
      for (int k = 0; k < 16; ++k) sum += exchange.left[turn][row * 16 + k] * exchange.right[turn][(column + i) * 16 + k];
      sums.v[i] += sum;
    }
  }
  static void store(float* tile, const Sums& sums, int stride) {
    if (stride % 4 != 0 || reinterpret_cast<uintptr_t>(tile) % 32 != 0)
      throw std::runtime_error("emulated tile store: WMMA wants 32-byte alignment and a stride of whole 16 bytes");
    std::memcpy(tile + lane() / 2 * stride + lane() % 2 * 8, sums.v, sizeof sums.v);
  }
};

template <class T>
float loadFloat(T v) {
  return toFloat(v);
}
template <class T>
T storeFloat(float v) {
  return fromFloat<T>(v);
}

}  // namespace mint
