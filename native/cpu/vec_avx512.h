// The vector concept (vec_scalar.h) on AVX-512 F/BW/VL: 16 lanes.
#pragma once
#include <immintrin.h>

#include "../common/dtype.h"

namespace mint::MINT_ISA {

struct Vec {
  using F = __m512;
  static constexpr int kLanes = 16;
  static constexpr int kGemmRows = 12, kGemmVectors = 2;
  template <class T>
  static constexpr bool kPairsNeighbours = false;

  static F zero() { return _mm512_setzero_ps(); }
  static F set1(float v) { return _mm512_set1_ps(v); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static float sum(F a) { return _mm512_reduce_add_ps(a); }
  static F hadd(F a, F b) {
    const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    return _mm512_add_ps(_mm512_permutex2var_ps(a, even, b), _mm512_permutex2var_ps(a, odd, b));
  }

  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static F load(const Bf16* p) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
  static F load(const Fp16* p) { return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))); }

  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static void store(Bf16* p, F v) {
#ifdef __AVX512BF16__
    // Rounds to nearest even, like the lines below, but takes subnormals (under 1.2e-38) for zero.
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)));
#else
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    rounded = _mm512_mask_or_epi32(rounded, _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), bits, _mm512_set1_epi32(0x400000));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16)));
#endif
  }
  static void store(Fp16* p, F v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }

  template <class T>
  static void load2(const T* p, F& lo, F& hi) {
    lo = load(p);
    hi = load(p + kLanes);
  }
  // One 64-byte load holds 32 bf16: a shift gives the even ones, a mask the odd ones, no shuffle.
  static void load2(const Bf16* p, F& lo, F& hi) {
    const __m512i bits = _mm512_loadu_si512(p);
    lo = _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
    hi = _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(int(0xffff0000))));
  }
  template <class T>
  static void order2(const float* p, F& lo, F& hi) {
    lo = load(p);
    hi = load(p + kLanes);
    if constexpr (kPairsNeighbours<T>) {
      const __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
      const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
      const F first = lo, second = hi;
      lo = _mm512_permutex2var_ps(first, even, second);
      hi = _mm512_permutex2var_ps(first, odd, second);
    }
  }
};
template <>
inline constexpr bool Vec::kPairsNeighbours<Bf16> = true;

}  // namespace mint::MINT_ISA
