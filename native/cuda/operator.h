// What every kernel of the operator shares: the work of a block, the operands, and how y is changed.
#pragma once
#include <cstdint>

#include "gpu.h"

namespace mint {

constexpr int kMaxSlices = 8;
constexpr int kThreads = 128;
/** Rows that share one pass over the weights in decode. */
constexpr int kGroup = 4;
/** Most rank rows of a block of the decode shrink, most columns of one of the decode expand. */
constexpr int kDecodeRankRows = 16, kDecodeColumns = 512;
/** Highest rank whose shrunk rows the decode expand has room for. */
constexpr int kDecodeRank = 256;
/** A prefill block's rows (16 a warp) and rank rows. */
constexpr int kTileRows = 64, kTileRank = 64;

/** A number of rows as a type. */
template <int N>
struct Count {
  static constexpr int value = N;
};

/** One block's work, whole: a block that had to look its segment up would wait for memory once more before its first weight. */
struct alignas(16) Item {
  int32_t segment, slice, pair, pairs;
  /** Rank rows (shrink) or columns of the slice (expand). */
  int32_t first, count;
  int32_t split, rank;
  /** First rank row of the owner in the arenas. */
  int32_t rankStart;
  /** Start of the shrunk row of `pair` in this slice; row stride is the rank. */
  int32_t vStart;
};

template <class T>
struct Operator {
  const T* x;
  T* y;
  const T* a[kMaxSlices];
  const T* b[kMaxSlices];
  int32_t sliceDim[kMaxSlices], columnStart[kMaxSlices];
  int32_t inDim, outDim;
  const int32_t *rows, *outRows;
  const float *segScale, *rowScale;
  /** Partial sums: split · vFloats + item.vStart + (pair - item.pair) · rank + j; `shrunk` has their sum in T (prefill). */
  float* partial;
  T* shrunk;
  int32_t splits, splitDepth, vFloats, accumulate;
};

template <class T>
constexpr int kWide = 16 / int(sizeof(T));

/** Sixteen bytes as floats. */
template <class T>
__device__ inline void unpack(uint4 raw, float* v) {
  const unsigned words[4] = {raw.x, raw.y, raw.z, raw.w};
  if constexpr (sizeof(T) == 4) {
#pragma unroll
    for (int i = 0; i < 4; ++i) v[i] = __uint_as_float(words[i]);
  } else {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      v[2 * i] = loadFloat(T{uint16_t(words[i] & 0xffff)});
      v[2 * i + 1] = loadFloat(T{uint16_t(words[i] >> 16)});
    }
  }
}

template <class T>
__device__ inline const T* weightsOfB(const Operator<T>& op, const Item& item) {
  return op.b[item.slice] + int64_t(item.rankStart) * op.sliceDim[item.slice] + int64_t(item.first) * item.rank;
}

template <class T>
__device__ inline void updateY(const Operator<T>& op, T* y, float scale, float sum) {
  const float before = op.accumulate ? loadFloat(*y) : 0.0f;
  *y = storeFloat<T>(before + scale * sum);
}

/** The same for 16 bytes of y whose old contents are in `before`. */
template <class T>
__device__ inline void updateWide(const Operator<T>& op, T* y, uint4 before, float scale, const float* sums) {
  float values[kWide<T>];
  unpack<T>(before, values);
  union {
    uint4 raw;
    T stored[kWide<T>];
  } word;
#pragma unroll
  for (int e = 0; e < kWide<T>; ++e) word.stored[e] = storeFloat<T>((op.accumulate ? values[e] : 0.0f) + scale * sums[e]);
  *reinterpret_cast<uint4*>(y) = word.raw;
}

/** Asks for the lines of y that the item adds to. */
template <class T>
__device__ inline void prefetchY(const Operator<T>& op, const Item& item) {
  constexpr int kPerLine = 128 / int(sizeof(T));
  const int lines = (item.count + kPerLine - 1) / kPerLine;
  for (int i = threadIdx.x; op.accumulate && i < item.pairs * lines; i += kThreads) {
    const int64_t row = int64_t(op.outRows[item.pair + i / lines]) * op.outDim;
    prefetchL2(op.y + row + op.columnStart[item.slice] + item.first + i % lines * kPerLine);
  }
}

}  // namespace mint
