// The roofline that the operator is held against: reading, copying, and a dense product of our own (128 × 128 tiles on WMMA, three
// cp.async stages; no cuBLAS, no wgmma, so on sm_90 it stays below the vendor's peak).
#pragma once
#include "kernels.h"

namespace mint {

__global__ void __launch_bounds__(256) readKernel(const uint4* data, int64_t count, unsigned* out) {
  unsigned sum = 0;
  for (int64_t i = int64_t(blockIdx.x) * 256 + threadIdx.x; i < count; i += int64_t(gridDim.x) * 256) {
    const uint4 v = __ldg(data + i);
    sum += v.x ^ v.y ^ v.z ^ v.w;
  }
  if (sum == 0x9e3779b9u) *out = sum;  // never in practice, but the compiler cannot know
}

__global__ void __launch_bounds__(256) copyKernel(const uint4* from, uint4* to, int64_t count) {
  for (int64_t i = int64_t(blockIdx.x) * 256 + threadIdx.x; i < count; i += int64_t(gridDim.x) * 256) to[i] = from[i];
}

/** Uniform values in ±2^-5: a counter through a 64-bit mixer (splitmix64). */
template <class T>
__global__ void __launch_bounds__(256) fillKernel(T* data, int64_t count, uint64_t seed) {
  for (int64_t i = int64_t(blockIdx.x) * 256 + threadIdx.x; i < count; i += int64_t(gridDim.x) * 256) {
    uint64_t z = (uint64_t(i) + seed * 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    data[i] = storeFloat<T>(float(int32_t(z >> 32)) * 0x1p-36f);
  }
}

constexpr int kDenseTile = 128, kDenseDepth = 32, kDenseStages = 3, kDenseStride = kDenseDepth + 8;

template <class T>
struct DenseShared {
  T p[kDenseStages][kDenseTile * kDenseStride], q[kDenseStages][kDenseTile * kDenseStride];
};

/** C (m × n) = P (m × k) · Q (n × k)ᵀ; m and n multiples of 128, k of 32. Eight warps, 32 × 64 sums each. */
template <class T>
__global__ void __launch_bounds__(256, 1) denseTiles(const T* p, const T* q, float* c, int n, int k) {
#ifdef MINT_EMULATED
  MINT_SHARED(DenseShared<T>, shared);
#else
  extern __shared__ __align__(128) unsigned char dynamicShared[];
  auto& shared = *reinterpret_cast<DenseShared<T>*>(dynamicShared);
#endif
  const int warp = threadIdx.x / 32, warpRow = warp / 2 * 32, warpColumn = warp % 2 * 64;
  const int row0 = blockIdx.y * kDenseTile, column0 = blockIdx.x * kDenseTile, steps = k / kDenseDepth;
  const auto stage = [&](int step) {
    constexpr int kPerRow = kDenseDepth / kWide<T>;
    for (int i = threadIdx.x; i < kDenseTile * kPerRow; i += 256) {
      const int row = i / kPerRow, e = i % kPerRow * kWide<T>;
      const int64_t from = int64_t(step) * kDenseDepth + e;
      asyncCopy16(shared.p[step % kDenseStages] + row * kDenseStride + e, p + int64_t(row0 + row) * k + from);
      asyncCopy16(shared.q[step % kDenseStages] + row * kDenseStride + e, q + int64_t(column0 + row) * k + from);
    }
  };
  typename Mma<T>::Sums sums[2][4];
#pragma unroll
  for (auto& row : sums)
#pragma unroll
    for (auto& tile : row) Mma<T>::clear(tile);
  for (int s = 0; s < kDenseStages - 1; ++s) {
    if (s < steps) stage(s);
    asyncCommit();
  }
  for (int step = 0; step < steps; ++step) {
    asyncWait<kDenseStages - 2>();
    __syncthreads();
    if (step + kDenseStages - 1 < steps) stage(step + kDenseStages - 1);
    asyncCommit();
#pragma unroll
    for (int d = 0; d < kDenseDepth; d += 16) {
      typename Mma<T>::Left left[2];
      typename Mma<T>::Right right[4];
#pragma unroll
      for (int i = 0; i < 2; ++i) Mma<T>::load(left[i], shared.p[step % kDenseStages] + (warpRow + i * 16) * kDenseStride + d, kDenseStride);
#pragma unroll
      for (int j = 0; j < 4; ++j) Mma<T>::load(right[j], shared.q[step % kDenseStages] + (warpColumn + j * 16) * kDenseStride + d, kDenseStride);
#pragma unroll
      for (int i = 0; i < 2; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) Mma<T>::multiply(sums[i][j], left[i], right[j]);
    }
  }
#pragma unroll
  for (int i = 0; i < 2; ++i)
#pragma unroll
    for (int j = 0; j < 4; ++j)
      Mma<T>::store(c + int64_t(row0 + warpRow + i * 16) * n + column0 + warpColumn + j * 16, sums[i][j], n);
}

struct DenseFp32Shared {
  float p[64][17], q[64][17];
};

/** The same in fp32 on the ordinary units: 64 × 64 tiles, 4 × 4 sums a thread. */
__global__ void __launch_bounds__(256) denseFp32(const float* p, const float* q, float* c, int n, int k) {
  MINT_SHARED(DenseFp32Shared, shared);
  const int row0 = blockIdx.y * 64, column0 = blockIdx.x * 64, tr = threadIdx.x / 16, tc = threadIdx.x % 16;
  float sums[4][4] = {};
  for (int k0 = 0; k0 < k; k0 += 16) {
    for (int i = threadIdx.x; i < 64 * 16; i += 256) {
      shared.p[i / 16][i % 16] = p[int64_t(row0 + i / 16) * k + k0 + i % 16];
      shared.q[i / 16][i % 16] = q[int64_t(column0 + i / 16) * k + k0 + i % 16];
    }
    __syncthreads();
#pragma unroll
    for (int d = 0; d < 16; ++d)
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] += shared.p[tr + 16 * i][d] * shared.q[tc + 16 * j][d];
    __syncthreads();
  }
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) c[int64_t(row0 + tr + 16 * i) * n + column0 + tc + 16 * j] = sums[i][j];
}

}  // namespace mint
