// The operator on a GPU. Decode: gathered mat-vec products that read each weight once for up to four rows, in 16-byte loads (as
// Punica's BGMV and S-LoRA's MBGMV, but any mix of ranks without padding). Prefill: segmented products on tensor cores (as
// Punica's SGMV). Both cut the shrink along x (split-k) into partial sums in a workspace that the next kernel adds in a fixed
// order: no atomics, no grid-wide barrier, the same bits every time. One block does one item of a work list, so that all
// segments, ranks, slices and experts share one launch per kernel.
#pragma once
#include <cstdint>

#include "gpu.h"

namespace mint {

constexpr int kMaxSlices = 8;
constexpr int kThreads = 128;
/** Rows that share one pass over the weights in decode. */
constexpr int kGroup = 4;
constexpr int kDecodeRankRows = 16, kDecodeColumns = 512;
constexpr int kTileRows = 64, kTileRank = 64, kTileColumns = 128, kTileDepth = 64;
/** Shared rows are padded by 16 bytes against bank conflicts. */
constexpr int kTileStride = kTileDepth + 8;
/** And rows of sums by 32: half a warp stores four rows of eight neighbouring floats at a time, which then lie in all 32 banks. */
constexpr int kSumsPadding = 8;

/** One block's work. `first` and `count` are rank rows (shrink) or columns of the slice (expand). */
struct Item {
  int32_t segment, slice, pair, pairs, first, count, split;
  /** Start of this (segment, slice)'s shrunk rows, pair 0 of the segment; row stride is the rank. */
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
  const int32_t *segStart, *segRankStart, *segRank, *rows, *outRows;
  const float *segScale, *rowScale;
  /** Partial sums: split · vFloats + item.vStart + pair · rank + j; `shrunk` has their sum in T (prefill). */
  float* partial;
  T* shrunk;
  int32_t splits, splitDepth, vFloats, accumulate;
};

template <class T>
constexpr int kWide = 16 / int(sizeof(T));

/** Up to kWide<T> values from p as floats; `Wide`: one 16-byte load, else one value. */
template <class T, bool Wide>
struct Chunk {
  static constexpr int kValues = Wide ? kWide<T> : 1;
  float v[kValues];
  __device__ void load(const T* p) {
    if constexpr (Wide) {
      const uint4 raw = __ldg(reinterpret_cast<const uint4*>(p));
      const unsigned words[4] = {raw.x, raw.y, raw.z, raw.w};
      if constexpr (sizeof(T) == 4) {
        for (int i = 0; i < 4; ++i) v[i] = __uint_as_float(words[i]);
      } else {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          v[2 * i] = loadFloat(T{uint16_t(words[i] & 0xffff)});
          v[2 * i + 1] = loadFloat(T{uint16_t(words[i] >> 16)});
        }
      }
    } else {
      v[0] = loadFloat(*p);
    }
  }
};

/** Four rank rows of a warp against P rows of x; sums land in every lane. */
template <class T, bool Wide, int P>
__device__ inline void shrinkRows(const Operator<T>& op, const Item& item, int rank, int row0, int pair0, int lane) {
  constexpr int kRows = 4, kStep = Chunk<T, Wide>::kValues;
  const int depth0 = item.split * op.splitDepth, depth1 = min(op.inDim, depth0 + op.splitDepth);
  const int valid = min(kRows, item.first + item.count - row0);
  const T* const a = op.a[item.slice] + (int64_t(op.segRankStart[item.segment]) + row0) * op.inDim;
  const T* x[P];
  for (int p = 0; p < P; ++p) x[p] = op.x + int64_t(op.rows[pair0 + p]) * op.inDim;
  float acc[kRows][P] = {};
#pragma unroll(P == 1 && sizeof(T) == 2 ? 2 : 1)
  for (int k = depth0 + lane * kStep; k < depth1; k += 32 * kStep) {
    Chunk<T, Wide> av[kRows], xv[P];
#pragma unroll
    for (int r = 0; r < kRows; ++r) av[r].load(a + int64_t(min(r, valid - 1)) * op.inDim + k);
#pragma unroll
    for (int p = 0; p < P; ++p) xv[p].load(x[p] + k);
#pragma unroll
    for (int r = 0; r < kRows; ++r)
#pragma unroll
      for (int p = 0; p < P; ++p)
#pragma unroll
        for (int i = 0; i < kStep; ++i) acc[r][p] += av[r].v[i] * xv[p].v[i];
  }
  float* const out = op.partial + int64_t(item.split) * op.vFloats + item.vStart;
  const int pairInSegment = pair0 - op.segStart[item.segment];
#pragma unroll
  for (int r = 0; r < kRows; ++r)
#pragma unroll
    for (int p = 0; p < P; ++p) {
      float sum = acc[r][p];
      for (int mask = 16; mask > 0; mask >>= 1) sum += laneXor(sum, mask);
      if (lane == 0 && r < valid) out[(pairInSegment + p) * rank + row0 + r] = sum;
    }
}

template <class T, bool Wide>
__device__ inline void shrinkItem(const Operator<T>& op, const Item& item) {
  const int lane = threadIdx.x % 32, row0 = item.first + int(threadIdx.x / 32) * 4;
  if (row0 >= item.first + item.count) return;
  const int rank = op.segRank[item.segment], end = item.pair + item.pairs;
  int pair = item.pair;
  for (; pair + kGroup <= end; pair += kGroup) shrinkRows<T, Wide, kGroup>(op, item, rank, row0, pair, lane);
  if (pair + 2 <= end) {
    shrinkRows<T, Wide, 2>(op, item, rank, row0, pair, lane);
    pair += 2;
  }
  if (pair < end) shrinkRows<T, Wide, 1>(op, item, rank, row0, pair, lane);
}

template <class T>
__global__ void __launch_bounds__(kThreads) shrinkDecode(Operator<T> op, const Item* items) {
  const Item item = items[blockIdx.x];
  if (op.inDim % kWide<T> == 0) shrinkItem<T, true>(op, item);
  else shrinkItem<T, false>(op, item);
}

template <class T>
__device__ inline void updateY(const Operator<T>& op, T* y, float scale, float sum) {
  const float before = op.accumulate ? loadFloat(*y) : 0.0f;
  *y = storeFloat<T>(before + scale * sum);
}

struct ExpandDecodeShared {
  float v[kGroup][256];
  float sums[kGroup][kDecodeColumns];
};

/** P rows against the item's columns. `lanes` neighbours share a column of B. */
template <class T, bool Wide, int P>
__device__ inline void expandRows(const Operator<T>& op, const Item& item, int rank, int pair0, ExpandDecodeShared& shared) {
  constexpr int kStep = Chunk<T, Wide>::kValues;
  const int thread = threadIdx.x;
  const int base = item.vStart + (pair0 - op.segStart[item.segment]) * rank;
  for (int i = thread; i < P * rank; i += kThreads) {
    float sum = 0;
    for (int s = 0; s < op.splits; ++s) sum += op.partial[int64_t(s) * op.vFloats + base + i];
    shared.v[i / rank][i % rank] = sum;
  }
  __syncthreads();
  int lanes = 1;
  while (lanes < 32 && lanes * kStep < rank) lanes *= 2;
  const T* const b = op.b[item.slice] + int64_t(op.segRankStart[item.segment]) * op.sliceDim[item.slice] + int64_t(item.first) * rank;
  const int slot = thread % lanes, columnsAtOnce = kThreads / lanes;
  const int rounds = (item.count + columnsAtOnce - 1) / columnsAtOnce;
#pragma unroll 2
  for (int round = 0; round < rounds; ++round) {
    const int column = round * columnsAtOnce + thread / lanes;
    float acc[P] = {};
    if (column < item.count) {
      for (int j = slot * kStep; j < rank; j += lanes * kStep) {
        Chunk<T, Wide> bv;
        bv.load(b + int64_t(column) * rank + j);
#pragma unroll
        for (int p = 0; p < P; ++p)
#pragma unroll
          for (int i = 0; i < kStep; ++i) acc[p] += bv.v[i] * shared.v[p][j + i];
      }
    }
    for (int mask = lanes / 2; mask > 0; mask >>= 1)
#pragma unroll
      for (int p = 0; p < P; ++p) acc[p] += laneXor(acc[p], mask);
    if (slot == 0 && column < item.count)
      for (int p = 0; p < P; ++p) shared.sums[p][column] = acc[p];
  }
  __syncthreads();
  // Neighbouring threads write neighbouring columns, whatever the rank was.
  const int column0 = op.columnStart[item.slice] + item.first;
#pragma unroll
  for (int p = 0; p < P; ++p) {
    T* const y = op.y + int64_t(op.outRows[pair0 + p]) * op.outDim + column0;
    const float scale = op.segScale[item.segment] * op.rowScale[pair0 + p];
    for (int c = thread; c < item.count; c += kThreads) updateY(op, y + c, scale, shared.sums[p][c]);
  }
  __syncthreads();
}

template <class T, bool Wide>
__device__ inline void expandItem(const Operator<T>& op, const Item& item, int rank, ExpandDecodeShared& shared) {
  const int end = item.pair + item.pairs;
  int pair = item.pair;
  for (; pair + kGroup <= end; pair += kGroup) expandRows<T, Wide, kGroup>(op, item, rank, pair, shared);
  if (pair + 2 <= end) {
    expandRows<T, Wide, 2>(op, item, rank, pair, shared);
    pair += 2;
  }
  if (pair < end) expandRows<T, Wide, 1>(op, item, rank, pair, shared);
}

template <class T>
__global__ void __launch_bounds__(kThreads) expandDecode(Operator<T> op, const Item* items) {
  MINT_SHARED(ExpandDecodeShared, shared);
  const Item item = items[blockIdx.x];
  const int rank = op.segRank[item.segment];
  const int64_t base = int64_t(op.segRankStart[item.segment]) * op.sliceDim[item.slice];
  if (rank % kWide<T> == 0 && base % kWide<T> == 0) expandItem<T, true>(op, item, rank, shared);
  else expandItem<T, false>(op, item, rank, shared);
}

/**
 * Copies a tile of `rows` (of at most kRows) × kTileDepth values into shared memory, zeros beyond the matrix; `source(row)`
 * gives a row's start. Returns after the copies are issued, not after they have landed.
 */
template <class T, int kRows, class Source>
__device__ inline void stageTile(T* tile, int rows, int depth, bool wide, Source source) {
  constexpr int kWidth = kWide<T>, kPerRow = kTileDepth / kWidth;
  for (int i = threadIdx.x; i < kRows * kPerRow; i += kThreads) {
    const int row = i / kPerRow, k = i % kPerRow * kWidth;
    T* const to = tile + row * kTileStride + k;
    if (wide && row < rows && k + kWidth <= depth) {
      asyncCopy16(to, source(row) + k);
    } else {
      for (int e = 0; e < kWidth; ++e) to[e] = row < rows && k + e < depth ? source(row)[k + e] : T{};
    }
  }
}

template <class T>
struct ShrinkPrefillShared {
  union {
    struct {
      T x[2][kTileRows * kTileStride], a[2][kTileRank * kTileStride];
    };
    float sums[kTileRows * (kTileRank + kSumsPadding)];
  };
};

/** 64 rows × up to 64 rank rows × one split of the depth: a warp has 16 rows, loads overlap products (two stages). */
template <class T>
__global__ void __launch_bounds__(kThreads) shrinkPrefill(Operator<T> op, const Item* items) {
  MINT_SHARED(ShrinkPrefillShared<T>, shared);
  const Item item = items[blockIdx.x];
  const int warp = threadIdx.x / 32, rank = op.segRank[item.segment];
  const int depth0 = item.split * op.splitDepth, depth1 = min(op.inDim, depth0 + op.splitDepth);
  const bool wide = op.inDim % kWide<T> == 0;
  const T* const a = op.a[item.slice] + (int64_t(op.segRankStart[item.segment]) + item.first) * op.inDim;
  const int steps = (depth1 - depth0 + kTileDepth - 1) / kTileDepth, tiles = (item.count + 15) / 16;
  const auto stage = [&](int step) {
    const int k = depth0 + step * kTileDepth, depth = depth1 - k;
    stageTile<T, kTileRows>(shared.x[step % 2], item.pairs, depth, wide,
                            [&](int row) { return op.x + int64_t(op.rows[item.pair + row]) * op.inDim + k; });
    stageTile<T, kTileRank>(shared.a[step % 2], item.count, depth, wide, [&](int row) { return a + int64_t(row) * op.inDim + k; });
    asyncCommit();
  };
  typename Mma<T>::Sums sums[kTileRank / 16];
#pragma unroll
  for (auto& tile : sums) Mma<T>::clear(tile);
  stage(0);
  for (int step = 0; step < steps; ++step) {
    if (step + 1 < steps) {
      stage(step + 1);
      asyncWait<1>();
    } else {
      asyncWait<0>();
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kTileDepth; k += 16) {
      typename Mma<T>::Left left;
      Mma<T>::load(left, shared.x[step % 2] + warp * 16 * kTileStride + k, kTileStride);
#pragma unroll
      for (int n = 0; n < kTileRank / 16; ++n) {
        if (n >= tiles) break;
        typename Mma<T>::Right right;
        Mma<T>::load(right, shared.a[step % 2] + n * 16 * kTileStride + k, kTileStride);
        Mma<T>::multiply(sums[n], left, right);
      }
    }
    __syncthreads();
  }
  constexpr int kStride = kTileRank + kSumsPadding;
#pragma unroll
  for (int n = 0; n < kTileRank / 16; ++n) Mma<T>::store(shared.sums + warp * 16 * kStride + n * 16, sums[n], kStride);
  __syncthreads();
  float* const out = op.partial + int64_t(item.split) * op.vFloats + item.vStart +
                     int64_t(item.pair - op.segStart[item.segment]) * rank + item.first;
  for (int i = threadIdx.x; i < item.pairs * item.count; i += kThreads)
    out[i / item.count * rank + i % item.count] = shared.sums[i / item.count * kStride + i % item.count];
}

/** Adds the splits and rounds to T, the type that tensor cores multiply. */
template <class T>
__global__ void __launch_bounds__(kThreads) sumSplits(Operator<T> op) {
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= op.vFloats) return;
  float sum = 0;
  for (int s = 0; s < op.splits; ++s) sum += op.partial[int64_t(s) * op.vFloats + i];
  op.shrunk[i] = storeFloat<T>(sum);
}

template <class T>
struct ExpandPrefillShared {
  union {
    struct {
      T v[kTileRows * kTileStride], b[kTileColumns * kTileStride];
    };
    float sums[kTileRows * (kTileColumns + kSumsPadding)];
  };
};

/** 64 rows × 128 columns, depth = rank. */
template <class T>
__global__ void __launch_bounds__(kThreads) expandPrefill(Operator<T> op, const Item* items) {
  MINT_SHARED(ExpandPrefillShared<T>, shared);
  const Item item = items[blockIdx.x];
  const int warp = threadIdx.x / 32, rank = op.segRank[item.segment];
  const int64_t base = int64_t(op.segRankStart[item.segment]) * op.sliceDim[item.slice];
  const T* const b = op.b[item.slice] + base + int64_t(item.first) * rank;
  const int vBase = item.vStart + (item.pair - op.segStart[item.segment]) * rank;
  const T* const v = op.shrunk + vBase;
  const bool wideB = rank % kWide<T> == 0 && base % kWide<T> == 0, wideV = rank % kWide<T> == 0 && vBase % kWide<T> == 0;
  typename Mma<T>::Sums sums[kTileColumns / 16];
#pragma unroll
  for (auto& tile : sums) Mma<T>::clear(tile);
  for (int k0 = 0; k0 < rank; k0 += kTileDepth) {
    stageTile<T, kTileRows>(shared.v, item.pairs, rank - k0, wideV, [&](int row) { return v + row * rank + k0; });
    stageTile<T, kTileColumns>(shared.b, item.count, rank - k0, wideB, [&](int row) { return b + int64_t(row) * rank + k0; });
    asyncCommit();
    asyncWait<0>();
    __syncthreads();
    const int depth = min(kTileDepth, rank - k0);
    for (int k = 0; k < depth; k += 16) {
      typename Mma<T>::Left left;
      Mma<T>::load(left, shared.v + warp * 16 * kTileStride + k, kTileStride);
#pragma unroll
      for (int n = 0; n < kTileColumns / 16; ++n) {
        typename Mma<T>::Right right;
        Mma<T>::load(right, shared.b + n * 16 * kTileStride + k, kTileStride);
        Mma<T>::multiply(sums[n], left, right);
      }
    }
    __syncthreads();
  }
  constexpr int kStride = kTileColumns + kSumsPadding;
#pragma unroll
  for (int n = 0; n < kTileColumns / 16; ++n) Mma<T>::store(shared.sums + warp * 16 * kStride + n * 16, sums[n], kStride);
  __syncthreads();
  const int column0 = op.columnStart[item.slice] + item.first;
  constexpr int kWidth = kWide<T>, kChunks = kTileColumns / kWidth;
  const bool wideY = column0 % kWidth == 0 && op.outDim % kWidth == 0;
  for (int i = threadIdx.x; i < item.pairs * kChunks; i += kThreads) {
    const int row = i / kChunks, c = i % kChunks * kWidth, pair = item.pair + row;
    const float scale = op.segScale[item.segment] * op.rowScale[pair];
    T* const y = op.y + int64_t(op.outRows[pair]) * op.outDim + column0 + c;
    const float* const from = shared.sums + row * kStride + c;
    if (wideY && c + kWidth <= item.count) {
      union {
        uint4 raw;
        T values[kWidth];
      } word{};
      if (op.accumulate) word.raw = *reinterpret_cast<const uint4*>(y);
#pragma unroll
      for (int e = 0; e < kWidth; e += 4) {
        // Four sums a load: neighbouring threads are kWidth floats apart, and one float a load would meet in four banks.
        const uint4 raw = *reinterpret_cast<const uint4*>(from + e);
        const unsigned words[4] = {raw.x, raw.y, raw.z, raw.w};
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          const float before = op.accumulate ? loadFloat(word.values[e + i]) : 0.0f;
          word.values[e + i] = storeFloat<T>(before + scale * __uint_as_float(words[i]));
        }
      }
      *reinterpret_cast<uint4*>(y) = word.raw;
    } else {
      for (int e = 0; e < kWidth && c + e < item.count; ++e) updateY(op, y + e, scale, from[e]);
    }
  }
}

}  // namespace mint
