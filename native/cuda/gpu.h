// What kernels.h and device.cu need of a GPU, in one vocabulary: real CUDA here, the CPU through emulation/ for the tests.
//   MINT_SHARED(Type, name)        the block's shared memory
//   asyncCopy16 / commit / wait    global to shared without registers (cp.async, sm_80)
//   prefetchL2                     asks for a cache line
//   dependentsMayStart, dependencyWait   the next kernel of a launch may begin; everything of the kernels before is visible (sm_90)
//   multiply16x8<T>                a product of 16 × 16 and 16 × 8 values of 16 bits, fp32 sums, one warp, in registers
//   Mma<T>                         16 × 16 × 16 products of 16-bit tiles with fp32 sums, one warp
#pragma once

#ifdef MINT_EMULATED
#include "emulation/gpu_emulation.h"
#else

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <mma.h>

#include <type_traits>

#include "../common/dtype.h"

#define MINT_SHARED(Type, name)                                 \
  __shared__ __align__(128) unsigned char name##Bytes[sizeof(Type)]; \
  Type& name = *reinterpret_cast<Type*>(name##Bytes)

namespace mint {

__device__ inline float laneXor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }

__device__ inline void asyncCopy16(void* shared, const void* global) {
  const unsigned to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to), "l"(global) : "memory");
}
__device__ inline void asyncCommit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/** Waits until at most `Pending` committed groups of this thread are still under way. */
template <int Pending>
__device__ inline void asyncWait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

__device__ inline void prefetchL2(const void* p) { asm volatile("prefetch.global.L2 [%0];" ::"l"(p)); }
/** Every kernel that may be started early waits before it ends, so that the wait of the next one covers all before. */
__device__ inline void dependencyWait() {
#if __CUDA_ARCH__ >= 900
  cudaGridDependencySynchronize();
#endif
}
__device__ inline void dependentsMayStart() {
#if __CUDA_ARCH__ >= 900
  cudaTriggerProgrammaticLaunchCompletion();
#endif
}

template <class T>
struct NativeType;
template <>
struct NativeType<Bf16> {
  using Type = __nv_bfloat16;
};
template <>
struct NativeType<Fp16> {
  using Type = __half;
};

/** Two values of 16 bits each: the left operand's and the right one's registers of a lane (PTX mma.m16n8k16). */
struct Left16 {
  unsigned r[4];
};
struct Right8 {
  unsigned r[2];
};

/** Sums of lane 4g + q: rows g and g + 8, columns 2q and 2q + 1. */
template <class T>
__device__ inline void multiply16x8(float (&sums)[4], const Left16& a, const Right8& b) {
  if constexpr (std::is_same_v<T, Bf16>)
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a.r[0]), "r"(a.r[1]), "r"(a.r[2]), "r"(a.r[3]), "r"(b.r[0]), "r"(b.r[1]));
  else
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a.r[0]), "r"(a.r[1]), "r"(a.r[2]), "r"(a.r[3]), "r"(b.r[0]), "r"(b.r[1]));
}

template <class T>
struct Mma {
  using N = typename NativeType<T>::Type;
  /** Rows of the left matrix, columns of the right one (stored as its rows: depth is contiguous in both). */
  using Left = nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, N, nvcuda::wmma::row_major>;
  using Right = nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, N, nvcuda::wmma::col_major>;
  using Sums = nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float>;
  template <class Fragment>
  __device__ static void load(Fragment& fragment, const T* tile, int stride) {
    nvcuda::wmma::load_matrix_sync(fragment, reinterpret_cast<const N*>(tile), stride);
  }
  __device__ static void clear(Sums& sums) { nvcuda::wmma::fill_fragment(sums, 0.0f); }
  __device__ static void multiply(Sums& sums, const Left& left, const Right& right) {
    nvcuda::wmma::mma_sync(sums, left, right, sums);
  }
  __device__ static void store(float* tile, const Sums& sums, int stride) {
    nvcuda::wmma::store_matrix_sync(tile, sums, stride, nvcuda::wmma::mem_row_major);
  }
};

__device__ inline float loadFloat(float v) { return v; }
__device__ inline float loadFloat(Bf16 v) { return __uint_as_float(unsigned(v.bits) << 16); }
__device__ inline float loadFloat(Fp16 v) { return __half2float(__ushort_as_half(v.bits)); }
template <class T>
__device__ inline T storeFloat(float v);
template <>
__device__ inline float storeFloat<float>(float v) {
  return v;
}
template <>
__device__ inline Bf16 storeFloat<Bf16>(float v) {
  return {__bfloat16_as_ushort(__float2bfloat16_rn(v))};
}
template <>
__device__ inline Fp16 storeFloat<Fp16>(float v) {
  return {__half_as_ushort(__float2half_rn(v))};
}

}  // namespace mint
#endif
