// The vector concept (vec_scalar.h) on AArch64 NEON: 4 lanes.
#pragma once
#include <arm_neon.h>

#include "../common/dtype.h"

namespace mint::MINT_ISA {

struct Vec {
  using F = float32x4_t;
  static constexpr int kLanes = 4;
  static constexpr int kGemmRows = 8, kGemmVectors = 2;
  template <class T>
  static constexpr bool kPairsNeighbours = false;

  static F zero() { return vdupq_n_f32(0); }
  static F set1(float v) { return vdupq_n_f32(v); }
  static F fma(F a, F b, F c) { return vfmaq_f32(c, a, b); }
  static F add(F a, F b) { return vaddq_f32(a, b); }
  static F mul(F a, F b) { return vmulq_f32(a, b); }
  static F hadd(F a, F b) { return vpaddq_f32(a, b); }
  static float sum(F a) { return vaddvq_f32(a); }

  static F load(const float* p) { return vld1q_f32(p); }
  static F load(const Bf16* p) {
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(reinterpret_cast<const uint16_t*>(p)), 16));
  }
  static F load(const Fp16* p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(reinterpret_cast<const uint16_t*>(p))));
  }

  static void store(float* p, F v) { vst1q_f32(p, v); }
  static void store(Bf16* p, F v) {
    const uint32x4_t bits = vreinterpretq_u32_f32(v);
    const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
    const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x400000));
    vst1_u16(reinterpret_cast<uint16_t*>(p), vshrn_n_u32(vbslq_u32(vceqq_f32(v, v), rounded, quiet), 16));
  }
  static void store(Fp16* p, F v) { vst1_u16(reinterpret_cast<uint16_t*>(p), vreinterpret_u16_f16(vcvt_f16_f32(v))); }

  template <class T>
  static void load2(const T* p, F& lo, F& hi) {
    lo = load(p);
    hi = load(p + kLanes);
  }
  // Even and odd bf16 of one 16-byte load.
  static void load2(const Bf16* p, F& lo, F& hi) {
    const uint32x4_t bits = vreinterpretq_u32_u16(vld1q_u16(reinterpret_cast<const uint16_t*>(p)));
    lo = vreinterpretq_f32_u32(vshlq_n_u32(bits, 16));
    hi = vreinterpretq_f32_u32(vandq_u32(bits, vdupq_n_u32(0xffff0000)));
  }
  template <class T>
  static void order2(const float* p, F& lo, F& hi) {
    lo = load(p);
    hi = load(p + kLanes);
    if constexpr (kPairsNeighbours<T>) {
      const F first = lo, second = hi;
      lo = vuzp1q_f32(first, second);
      hi = vuzp2q_f32(first, second);
    }
  }
};
template <>
inline constexpr bool Vec::kPairsNeighbours<Bf16> = true;

}  // namespace mint::MINT_ISA
