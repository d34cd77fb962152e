// Decode: gathered mat-vec products that read each weight once for up to sixteen rows (as Punica's BGMV and S-LoRA's MBGMV, but any mix
// of ranks without padding), in 16-byte loads. The shrink multiplies on the ordinary units, in fp32. The expand holds a
// block's weights in registers before the shrunk rows are there, and multiplies 16-bit weights on tensor cores with each
// fp32 value as the sum of two 16-bit ones: 16 bits of it in bf16, 22 in fp16, and neither unpacking nor exchange between
// lanes. In fp16 a shrunk value may be up to 131,008; prefill, which rounds it once, stops at 65,504.
#pragma once
#include "operator.h"

namespace mint {

/** Calls `rows(P, pair)` for all pairs of an item, as many at a time as share a pass. */
template <class Rows>
__device__ inline void inGroups(const Item& item, Rows rows) {
  const int end = item.pair + item.pairs;
  int pair = item.pair;
  for (; pair + kGroup <= end; pair += kGroup) rows(Count<kGroup>{}, pair);
  if (pair + 2 <= end) {
    rows(Count<2>{}, pair);
    pair += 2;
  }
  if (pair < end) rows(Count<1>{}, pair);
}

/** Up to kWide<T> values from p as floats; `Wide`: one 16-byte load, else one value. */
template <class T, bool Wide>
struct Chunk {
  static constexpr int kValues = Wide ? kWide<T> : 1;
  float v[kValues];
  __device__ void load(const T* p) {
    if constexpr (Wide) unpack<T>(__ldg(reinterpret_cast<const uint4*>(p)), v);
    else v[0] = loadFloat(*p);
  }
};

/** Four rank rows of a warp against P rows of x; sums land in every lane. */
template <class T, bool Wide, int P>
__device__ inline void shrinkRows(const Operator<T>& op, const Item& item, int row0, int pair0, int lane) {
  constexpr int kRows = 4, kStep = Chunk<T, Wide>::kValues;
  const int depth0 = item.split * op.splitDepth, depth1 = min(op.inDim, depth0 + op.splitDepth);
  const int valid = min(kRows, item.first + item.count - row0);
  const T* const a = op.a[item.slice] + (int64_t(item.rankStart) + row0) * op.inDim;
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
  float* const out = op.partial + int64_t(item.split) * op.vFloats + item.vStart + (pair0 - item.pair) * item.rank;
#pragma unroll
  for (int r = 0; r < kRows; ++r)
#pragma unroll
    for (int p = 0; p < P; ++p) {
      float sum = acc[r][p];
      for (int mask = 16; mask > 0; mask >>= 1) sum += laneXor(sum, mask);
      if (lane == 0 && r < valid) out[p * item.rank + row0 + r] = sum;
    }
}

template <class T, bool Wide>
__device__ inline void shrinkItem(const Operator<T>& op, const Item& item) {
  const int lane = threadIdx.x % 32, row0 = item.first + int(threadIdx.x / 32) * 4;
  if (row0 >= item.first + item.count) return;
  inGroups(item, [&](auto rows, int pair) { shrinkRows<T, Wide, rows.value>(op, item, row0, pair, lane); });
}

template <class T>
__global__ void __launch_bounds__(kThreads, 5) shrinkDecode(Operator<T> op, const Item* items) {
  dependentsMayStart();
  const Item item = items[blockIdx.x];
  if (op.inDim % kWide<T> == 0) shrinkItem<T, true>(op, item);
  else shrinkItem<T, false>(op, item);
}

struct alignas(16) ExpandDecodeShared {
  float v[kGroup][kDecodeRank];
  float sums[kGroup][kDecodeColumns];
};

/** Sums of the shrink's splits for `rows` rows, into shared memory, with zeros from the rank to `width`. */
template <class T>
__device__ inline void gatherShrunk(const Operator<T>& op, const Item& item, int pair0, int rows, int width, ExpandDecodeShared& shared) {
  const int base = item.vStart + (pair0 - item.pair) * item.rank;
  for (int i = threadIdx.x; i < rows * width; i += kThreads) {
    const int p = i / width, j = i % width;
    float sum = 0;
    for (int s = 0; j < item.rank && s < op.splits; ++s) sum += op.partial[int64_t(s) * op.vFloats + base + p * item.rank + j];
    shared.v[p][j] = sum;
  }
  __syncthreads();
}

/** Whether the item's columns of y can be changed 16 bytes at a time. */
template <class T>
__device__ inline bool hasWideY(const Operator<T>& op, const Item& item) {
  constexpr int kWidth = kWide<T>;
  return (op.columnStart[item.slice] + item.first) % kWidth == 0 && op.outDim % kWidth == 0 && item.count % kWidth == 0;
}

template <class T>
__device__ inline T* yOf(const Operator<T>& op, const Item& item, int pair) {
  return op.y + int64_t(op.outRows[pair]) * op.outDim + op.columnStart[item.slice] + item.first;
}

/** Adds `rows` rows of shared.sums to y: neighbouring threads write neighbouring columns, whatever the rank was. */
template <class T>
__device__ inline void addSums(const Operator<T>& op, const Item& item, int pair0, int rows, ExpandDecodeShared& shared) {
  __syncthreads();
  const bool wide = hasWideY(op, item);
  const int step = wide ? kWide<T> : 1, chunks = item.count / step;
  for (int i = threadIdx.x; i < rows * chunks; i += kThreads) {
    const int p = i / chunks, c = i % chunks * step;
    T* const y = yOf(op, item, pair0 + p) + c;
    const float scale = op.segScale[item.segment] * op.rowScale[pair0 + p];
    if (wide) updateWide(op, y, op.accumulate ? *reinterpret_cast<const uint4*>(y) : uint4{}, scale, shared.sums[p] + c);
    else updateY(op, y, scale, shared.sums[p][c]);
  }
  __syncthreads();
}

/** Rounds to T, to its largest value what is beyond: two fp16 parts then hold a shrunk value of up to twice 65,504, and none is infinite. */
template <class T>
__device__ inline T storeFinite(float value) {
  if constexpr (std::is_same_v<T, Fp16>) value = value > 65504.0f ? 65504.0f : value < -65504.0f ? -65504.0f : value;  // NaN stays
  return storeFloat<T>(value);
}

/**
 * On tensor cores: B's columns are the rows of the left operand, 16 to a tile, and the shrunk rows the columns of the right one,
 * each twice: its value rounded to T and what the rounding left. A lane's 16-byte load is eight values of a column; ranks 8
 * and 16 put 32 / rank columns side by side into the depth of one product, whose right operand then is zero but for the
 * column's own part. A block's loads are all under way before it waits for the shrink.
 *   kTiles · kHalves · kSteps loads a lane: tiles of 8 · kHalves columns, kSteps · 32 values deep; `kDeep`: a rank deeper than
 *   that, a part at a time.
 */
template <class T, int kTiles, int kHalves, int kSteps, bool kDeep = false>
__device__ inline void expandTensor(const Operator<T>& op, const Item& item, ExpandDecodeShared& shared) {
  const int lane = threadIdx.x % 32, group = lane / 4, quad = lane % 4;
  const int rank = item.rank, side = rank == 8 || rank == 16 ? 32 / rank : 1, quadsOfColumn = 4 / side;
  const int first = int(threadIdx.x / 32) * kTiles * kHalves * 8 + group;
  const T* const from = weightsOfB(op, item) + quad * 8;
  uint4 b[kTiles][kSteps][kHalves];
  const auto loadB = [&](int depth) {
#pragma unroll
    for (int t = 0; t < kTiles; ++t)
#pragma unroll
      for (int s = 0; s < kSteps; ++s)
#pragma unroll
        for (int h = 0; h < kHalves; ++h) {
          const int stretch = first + (t * kHalves + h) * 8, at = depth + s * 32;
          const bool there = stretch * side + quad / quadsOfColumn < item.count && (side > 1 || at + quad * 8 < rank);
          b[t][s][h] = there ? __ldg(reinterpret_cast<const uint4*>(from + stretch * side * rank + at)) : uint4{};
        }
  };
  loadB(0);
  constexpr int kDepth = kSteps * 32;
  const int rows = kGroup / side, end = item.pair + item.pairs, padded = kDeep ? (rank + kDepth - 1) / kDepth * kDepth : kDepth;
  // Of one row a thread updates one stretch of columns at most: its old contents can be asked for now.
  const bool single = item.pairs == 1 && hasWideY(op, item), own = single && int(threadIdx.x) * kWide<T> < item.count;
  const auto ownY = [&] { return yOf(op, item, item.pair) + threadIdx.x * kWide<T>; };
  const float scale = op.segScale[item.segment] * op.rowScale[item.pair];
  const uint4 before = own && op.accumulate ? *reinterpret_cast<const uint4*>(ownY()) : uint4{};
  if (!single) prefetchY(op, item);
  dependencyWait();
  for (int pair0 = item.pair; pair0 < end; pair0 += rows) {
    const int present = min(rows, end - pair0);
    gatherShrunk(op, item, pair0, present, side > 1 ? rank : padded, shared);
    // The right operand's column of this lane: a row, one of the columns side by side, and which part of the value.
    const int p = group / (2 * side), part = group % 2;
    const bool mine = p < present && group / 2 % side == quad / quadsOfColumn;
    float sums[kTiles][4] = {};
    for (int depth = 0; depth < padded; depth += kDepth) {
      if (kDeep && (depth > 0 || pair0 > item.pair)) loadB(depth);
#pragma unroll
      for (int s = 0; s < kSteps; ++s) {
        unsigned v[4] = {};
#pragma unroll
        for (int i = 0; i < 8; ++i) {
          const float value = mine ? shared.v[p][depth + s * 32 + quad % quadsOfColumn * 8 + i] : 0.0f;
          const T high = storeFinite<T>(value);
          v[i / 2] |= unsigned((part == 0 ? high : storeFinite<T>(value - loadFloat(high))).bits) << (i % 2 * 16);
        }
#pragma unroll
        for (int t = 0; t < kTiles; ++t) {
          const uint4 upper = b[t][s][0], lower = kHalves > 1 ? b[t][s][kHalves - 1] : uint4{};
          multiply16x8<T>(sums[t], {upper.x, lower.x, upper.y, lower.y}, {v[0], v[1]});
          multiply16x8<T>(sums[t], {upper.z, lower.z, upper.w, lower.w}, {v[2], v[3]});
        }
      }
    }
#pragma unroll
    for (int t = 0; t < kTiles; ++t)
#pragma unroll
      for (int h = 0; h < kHalves; ++h) {
        const int column = (first + (t * kHalves + h) * 8) * side + quad % side;
        if (quad / side < present && column < item.count) shared.sums[quad / side][column] = sums[t][2 * h] + sums[t][2 * h + 1];
      }
    if (!single) {
      addSums(op, item, pair0, present, shared);
      continue;
    }
    __syncthreads();
    if (own) updateWide(op, ownY(), before, scale, shared.sums[0] + threadIdx.x * kWide<T>);
  }
}

/** P rows on the ordinary units: fp32, and ranks or offsets that are no multiple of 16 bytes. */
template <class T, bool Wide, int P>
__device__ inline void expandRows(const Operator<T>& op, const Item& item, int pair0, ExpandDecodeShared& shared) {
  constexpr int kStep = Chunk<T, Wide>::kValues;
  gatherShrunk(op, item, pair0, P, item.rank, shared);
  int lanes = 1;
  while (lanes < 32 && lanes * kStep < item.rank) lanes *= 2;
  const int slot = threadIdx.x % lanes, columnsAtOnce = kThreads / lanes;
  const T* const b = weightsOfB(op, item);
  // Every lane of a warp takes part in the exchange, those beyond the last column too.
#pragma unroll 2
  for (int column0 = 0; column0 < item.count; column0 += columnsAtOnce) {
    const int column = column0 + int(threadIdx.x) / lanes;
    float acc[P] = {};
    for (int j = slot * kStep; column < item.count && j < item.rank; j += lanes * kStep) {
      Chunk<T, Wide> bv;
      bv.load(b + int64_t(column) * item.rank + j);
#pragma unroll
      for (int p = 0; p < P; ++p)
#pragma unroll
        for (int i = 0; i < kStep; ++i) acc[p] += bv.v[i] * shared.v[p][j + i];
    }
    for (int mask = lanes / 2; mask > 0; mask >>= 1)
#pragma unroll
      for (int p = 0; p < P; ++p) acc[p] += laneXor(acc[p], mask);
    if (slot == 0 && column < item.count)
#pragma unroll
      for (int p = 0; p < P; ++p) shared.sums[p][column] = acc[p];
  }
  addSums(op, item, pair0, P, shared);
}

/** Columns of a block of the expand: as many as its threads hold in registers, where tensor cores multiply. */
template <class T>
__host__ __device__ inline int expandColumns(int rank) {
  if (sizeof(T) == 4) return rank <= 16 ? kDecodeColumns : 128;
  if (rank % 8 != 0 || rank <= 16) return kDecodeColumns;
  return rank <= 32 ? 256 : rank <= 64 ? 128 : rank <= 128 ? 64 : 32;
}

/** With half the columns in each block, for a batch that would leave multiprocessors idle: shorter blocks, sooner done. */
template <class T>
__device__ inline void expandOnTensorCores(const Operator<T>& op, const Item& item, ExpandDecodeShared& shared) {
  const bool half = item.count <= expandColumns<T>(item.rank) / 2;
  if (item.rank == 8 || (item.rank <= 32 && half)) expandTensor<T, 2, 2, 1>(op, item, shared);
  else if (item.rank <= 32) expandTensor<T, 4, 2, 1>(op, item, shared);
  else if (item.rank <= 64 && half) expandTensor<T, 1, 2, 2>(op, item, shared);
  else if (item.rank <= 64) expandTensor<T, 2, 2, 2>(op, item, shared);
  else if (item.rank <= 128 && half) expandTensor<T, 1, 1, 4>(op, item, shared);
  else if (item.rank <= 128) expandTensor<T, 1, 2, 4>(op, item, shared);
  else expandTensor<T, 1, 1, 4, true>(op, item, shared);
}

template <class T>
__global__ void __launch_bounds__(kThreads, 6) expandDecode(Operator<T> op, const Item* items) {
  MINT_SHARED(ExpandDecodeShared, shared);
  const Item item = items[blockIdx.x];
  const bool wide = item.rank % kWide<T> == 0 && (weightsOfB(op, item) - op.b[item.slice]) % kWide<T> == 0;
  if constexpr (sizeof(T) == 2) {
    if (wide) return expandOnTensorCores(op, item, shared);
  }
  prefetchY(op, item);
  dependencyWait();
  if (sizeof(T) == 4 && wide) inGroups(item, [&](auto rows, int pair) { expandRows<T, sizeof(T) == 4, rows.value>(op, item, pair, shared); });
  else inGroups(item, [&](auto rows, int pair) { expandRows<T, false, rows.value>(op, item, pair, shared); });
}

}  // namespace mint
