// Prefill: segmented products on tensor cores (as Punica's SGMV). A product sums over its depth in any order, so lane q of a quad
// takes values 8q … 8q + 7 of 32 in both operands where two instructions name 2q, 2q + 1, 2q + 8 and 2q + 9 of 16 each: one
// 16-byte load, and in the shrink straight from memory to registers, with neither shared memory nor a barrier between.
#pragma once
#include "operator.h"

namespace mint {

/**
 * Eight values from p[k], zeros from p[limit] on; `Wide`: whole 16 bytes on their boundary. `Constant`: of memory that no kernel of
 * this launch writes.
 */
template <class T, bool Wide, bool Constant = true>
__device__ inline uint4 loadEight(const T* p, int k, int limit) {
  if constexpr (Wide) {
    if (k >= limit) return {};
    const auto* const from = reinterpret_cast<const uint4*>(p + k);
    return Constant ? __ldg(from) : *from;
  } else {
    unsigned words[4];
    for (int i = 0; i < 4; ++i) {
      words[i] = k + 2 * i < limit ? p[k + 2 * i].bits : 0u;
      if (k + 2 * i + 1 < limit) words[i] |= unsigned(p[k + 2 * i + 1].bits) << 16;
    }
    return {words[0], words[1], words[2], words[3]};
  }
}

/** Depth of x that a warp takes at once: eight neighbouring values a lane, two products. */
constexpr int kShrinkDepth = 32;

/**
 * 16 rows of a warp × kTiles · 8 rank rows × one split of the depth; kAhead steps of loads are under way.
 */
template <class T, bool Wide, int kTiles, int kAhead>
__device__ inline void shrinkTiles(const Operator<T>& op, const Item& item) {
  struct Step {
    uint4 x[2], a[kTiles];
  };
  const int lane = threadIdx.x % 32, group = lane / 4, quad = lane % 4, row0 = int(threadIdx.x / 32) * 16 + group;
  const int depth0 = item.split * op.splitDepth, depth1 = min(op.inDim, depth0 + op.splitDepth);
  const T* x[2];
#pragma unroll
  for (int h = 0; h < 2; ++h) x[h] = op.x + int64_t(op.rows[item.pair + min(row0 + 8 * h, item.pairs - 1)]) * op.inDim;
  // Rows beyond the item's repeat its last one, rank rows beyond are zeros: nobody reads what is computed from them.
  const T* const a = op.a[item.slice] + (int64_t(item.rankStart) + item.first + group) * op.inDim;
  const auto load = [&](Step& step, int k) {
    if (k >= depth1) return;
    k += quad * 8;
#pragma unroll
    for (int h = 0; h < 2; ++h) step.x[h] = loadEight<T, Wide>(x[h], k, depth1);
#pragma unroll
    for (int n = 0; n < kTiles; ++n)
      step.a[n] = n * 8 + group < item.count ? loadEight<T, Wide>(a + int64_t(n * 8) * op.inDim, k, depth1) : uint4{};
  };
  float sums[kTiles][4] = {};
  Step steps[kAhead];
#pragma unroll
  for (int i = 0; i < kAhead; ++i) load(steps[i], depth0 + i * kShrinkDepth);
  for (int k = depth0; k < depth1; k += kAhead * kShrinkDepth)
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
      const int at = k + i * kShrinkDepth;
      if (at >= depth1) break;
      const Step& step = steps[i];
#pragma unroll
      for (int n = 0; n < kTiles; ++n) {
        multiply16x8<T>(sums[n], {step.x[0].x, step.x[1].x, step.x[0].y, step.x[1].y}, {step.a[n].x, step.a[n].y});
        multiply16x8<T>(sums[n], {step.x[0].z, step.x[1].z, step.x[0].w, step.x[1].w}, {step.a[n].z, step.a[n].w});
      }
      load(steps[i], at + kAhead * kShrinkDepth);
    }
  dependencyWait();
  float* const out = op.partial + int64_t(item.split) * op.vFloats + item.vStart + item.first;
#pragma unroll
  for (int n = 0; n < kTiles; ++n)
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = row0 + i / 2 * 8, column = n * 8 + quad * 2 + i % 2;
      if (row < item.pairs && column < item.count) out[row * item.rank + column] = sums[n][i];
    }
}

/** 64 rows × up to 64 rank rows × one split of the depth; few rank rows leave registers for more steps under way. */
template <class T>
__global__ void __launch_bounds__(kThreads, 3) shrinkPrefill(Operator<T> op, const Item* items) {
  dependentsMayStart();
  const Item item = items[blockIdx.x];
  if (int(threadIdx.x / 32) * 16 >= item.pairs) return;
  if (op.inDim % kWide<T> != 0) shrinkTiles<T, false, 8, 1>(op, item);
  else if (item.count <= 8) shrinkTiles<T, true, 1, 4>(op, item);
  else if (item.count <= 16) shrinkTiles<T, true, 2, 4>(op, item);
  else if (item.count <= 32) shrinkTiles<T, true, 4, 2>(op, item);
  else shrinkTiles<T, true, 8, 2>(op, item);
}

/** Adds the splits and rounds to T, the type that tensor cores multiply. */
template <class T>
__global__ void __launch_bounds__(kThreads) sumSplits(Operator<T> op) {
  dependentsMayStart();
  dependencyWait();
  const int64_t i = int64_t(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= op.vFloats) return;
  float sum = 0;
  for (int s = 0; s < op.splits; ++s) sum += op.partial[int64_t(s) * op.vFloats + i];
  op.shrunk[i] = storeFloat<T>(sum);
}

/** Columns that a warp takes at once: eight neighbouring ones a lane. */
constexpr int kExpandColumns = 32;

/**
 * 16 rows of a warp × the item's columns. Columns are dealt to four products so that a lane's sums are eight neighbouring
 * columns of a row, one 16-byte access of y: column 2q + e of product j is column 8q + 2j + e of the 32. B comes from the
 * caches, which all rows of a segment share. The next round's old contents are asked for after this round's weights and
 * used a round later: the L1 cache answers in order.
 */
template <class T, bool Wide, int kSteps>
__device__ inline void expandTiles(const Operator<T>& op, const Item& item) {
  const int lane = threadIdx.x % 32, group = lane / 4, quad = lane % 4, row0 = int(threadIdx.x / 32) * 16 + group;
  const int rank = item.rank, column0 = op.columnStart[item.slice] + item.first + quad * 8;
  // Columns of this lane that can be updated 16 bytes at a time.
  const int wideColumns = column0 % 8 == 0 && op.outDim % 8 == 0 ? item.count - quad * 8 - 7 : 0;
  T* y[2];
  float scale[2];
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    const int pair = item.pair + min(row0 + 8 * h, item.pairs - 1);
    y[h] = op.y + int64_t(op.outRows[pair]) * op.outDim + column0;
    scale[h] = op.segScale[item.segment] * op.rowScale[pair];
  }
  const T* const weights = weightsOfB(op, item) + (group / 2 * 8 + group % 2) * rank;
  const auto loadB = [&](uint4 (&b)[4], int column, int depth) {
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const bool there = column + group / 2 * 8 + 2 * j + group % 2 < item.count;
      b[j] = there ? loadEight<T, Wide>(weights + (column + 2 * j) * rank, depth + quad * 8, rank) : uint4{};
    }
  };
  const auto loadY = [&](uint4 (&before)[2], int column) {
#pragma unroll
    for (int h = 0; h < 2; ++h) {
      const bool whole = op.accumulate && row0 + 8 * h < item.pairs && column < wideColumns;
      before[h] = whole ? *reinterpret_cast<const uint4*>(y[h] + column) : uint4{};
    }
  };
  uint4 before[2][2];
  // Nothing of the shrink is needed to ask for old contents.
  loadY(before[0], 0);
  dependencyWait();
  const auto shrunk = [&](uint4 (&values)[2], int depth) {
#pragma unroll
    for (int h = 0; h < 2; ++h)
      values[h] = loadEight<T, Wide, false>(op.shrunk + item.vStart + min(row0 + 8 * h, item.pairs - 1) * rank, depth + quad * 8, rank);
  };
  uint4 kept[kSteps][2];
#pragma unroll
  for (int s = 0; s < kSteps; ++s) shrunk(kept[s], s * 32);
  for (int column1 = 0; column1 < item.count; column1 += 2 * kExpandColumns)
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int column = column1 + r * kExpandColumns;
      if (column >= item.count) break;
      float products[4][4] = {};
      const auto multiply = [&](const uint4 (&a)[2], const uint4 (&b)[4]) {
#pragma unroll
        for (int j = 0; j < 4; ++j) {
          multiply16x8<T>(products[j], {a[0].x, a[1].x, a[0].y, a[1].y}, {b[j].x, b[j].y});
          multiply16x8<T>(products[j], {a[0].z, a[1].z, a[0].w, a[1].w}, {b[j].z, b[j].w});
        }
      };
      uint4 b[kSteps][4];
#pragma unroll
      for (int s = 0; s < kSteps; ++s) loadB(b[s], column, s * 32);
      if (column + kExpandColumns < item.count) loadY(before[1 - r], column + kExpandColumns);
#pragma unroll
      for (int s = 0; s < kSteps; ++s) multiply(kept[s], b[s]);
      // Ranks beyond what is kept.
      for (int depth = kSteps * 32; depth < rank; depth += 32) {
        uint4 a[2], more[4];
        shrunk(a, depth);
        loadB(more, column, depth);
        multiply(a, more);
      }
#pragma unroll
      for (int h = 0; h < 2; ++h) {
        if (row0 + 8 * h >= item.pairs) continue;
        float sums[8];
#pragma unroll
        for (int e = 0; e < 8; ++e) sums[e] = products[e / 2][2 * h + e % 2];
        if (column < wideColumns) {
          updateWide(op, y[h] + column, before[r][h], scale[h], sums);
        } else {
          const int left = item.count - quad * 8 - column;
#pragma unroll
          for (int e = 0; e < 8; ++e)
            if (e < left) updateY(op, y[h] + column + e, scale[h], sums[e]);
        }
      }
    }
}

/** 64 rows × the item's columns, depth = rank; 16 rows a warp. */
template <class T>
__global__ void __launch_bounds__(kThreads, 4) expandPrefill(Operator<T> op, const Item* items) {
  dependentsMayStart();
  const Item item = items[blockIdx.x];
  if (int(threadIdx.x / 32) * 16 >= item.pairs) return dependencyWait();
  const bool wide = item.rank % 8 == 0 && (weightsOfB(op, item) - op.b[item.slice]) % 8 == 0 && item.vStart % 8 == 0;
  if (!wide) expandTiles<T, false, 1>(op, item);
  else if (item.rank <= 32) expandTiles<T, true, 1>(op, item);
  else expandTiles<T, true, 2>(op, item);
}

}  // namespace mint
