// bf16 tiles on AMX: 32 × 32 sums in four tile registers, 32 deep. The packed operand holds pairs of neighbours along the depth
// (VNNI order), so packing is a transpose of 32-bit words.
#pragma once
#include <immintrin.h>

#include "gemm.h"

namespace mint::MINT_ISA {

struct AmxEngine {
  using P = Bf16;
  static constexpr int kRows = 32, kColumns = 32, kDepth = 32, kBlockDepth = 1024, kFetchDepth = 32;
  /** Two panels reach x twice; more would pay for a copy that lies better in L1. A product this fast leaves memory to the hardware. */
  static constexpr int kStretch = 64, kDirectPanels = 2;
  static constexpr bool kAsksAhead = false;

  static void begin() {
    struct alignas(64) {
      uint8_t palette = 1, startRow = 0, reserved[14] = {};
      uint16_t columnBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } config;
    _tile_loadconfig(&config);
  }
  static void end() { _tile_release(); }

  /** Panel layout: for each 32 of depth, two tiles of 16 rows (pairs of depth) × 16 columns × 2. */
  static void pack(const Bf16* q, int64_t ldq, int columns, int depth, Bf16* panel) {
    for (int k = 0; k < depth; k += kDepth) {
      const __mmask32 mask = depth - k >= 32 ? ~0u : (1u << (depth - k)) - 1;
      for (int half = 0; half < 2; ++half) {
        __m512i row[16];
        for (int n = 0; n < 16; ++n) {
          const int column = half * 16 + n;
          row[n] = column < columns ? _mm512_maskz_loadu_epi16(mask, q + column * ldq + k) : _mm512_setzero_si512();
        }
        transpose(row);
        __m512i* const out = reinterpret_cast<__m512i*>(panel + (int64_t(k / 32) * 2 + half) * 512);
        for (int n = 0; n < 16; ++n) _mm512_storeu_si512(out + n, row[n]);
      }
    }
  }
  static void copyRow(const Bf16* row, int count, Bf16* out) {
    int k = 0;
    for (; k + 32 <= count; k += 32) _mm512_storeu_si512(out + k, _mm512_loadu_si512(row + k));
    if (k < count) _mm512_mask_storeu_epi16(out + k, (1u << (count - k)) - 1, _mm512_maskz_loadu_epi16((1u << (count - k)) - 1, row + k));
  }
  /** The shrunk row in the storage type, as Punica's and vLLM's expand kernels read it. */
  static void copyRow(const float* row, int count, Bf16* out) {
    int k = 0;
    for (; k + 16 <= count; k += 16) Vec::store(out + k, Vec::load(row + k));
    for (; k < count; ++k) out[k] = fromFloat<Bf16>(row[k]);
  }

  static void tile(const Bf16* p, int64_t ldp, const Bf16* panel, int depth, int rows, int columns, float* c, int64_t ldc, bool add,
                   Ahead& ahead) {
    if (rows == kRows && columns > 16) return wholeTile<true>(p, ldp, panel, depth, c, ldc, add, ahead);
    if (rows == kRows) return wholeTile<false>(p, ldp, panel, depth, c, ldc, add, ahead);
    // An edge goes through a whole tile of its own: rows past the last belong to someone else.
    alignas(64) float sums[kRows * kColumns];
    if (columns > 16) wholeTile<true>(p, ldp, panel, depth, sums, kColumns, false, ahead);
    else wholeTile<false>(p, ldp, panel, depth, sums, kColumns, false, ahead);
    for (int m = 0; m < rows; ++m)
      for (int n = 0; n < columns; n += 16) {
        float* const out = c + m * ldc + n;
        const Vec::F value = Vec::load(sums + m * kColumns + n);
        Vec::store(out, add ? Vec::add(Vec::load(out), value) : value);
      }
  }

 private:
  /** 32 rows × 32 columns, or the left 16 of them. */
  template <bool Right>
  static void wholeTile(const Bf16* p, int64_t ldp, const Bf16* panel, int depth, float* c, int64_t ldc, bool add, Ahead& ahead) {
    const int64_t bytes = ldp * 2, sumBytes = ldc * 4;
    if (add) {
      _tile_loadd(0, c, sumBytes);
      if constexpr (Right) _tile_loadd(1, c + 16, sumBytes);
      _tile_loadd(2, c + 16 * ldc, sumBytes);
      if constexpr (Right) _tile_loadd(3, c + 16 * ldc + 16, sumBytes);
    } else {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    }
    for (int k = 0; k < depth; k += 32, panel += 1024) {
      ahead.step();
      _tile_loadd(4, p + k, bytes);
      _tile_loadd(6, panel, 64);
      _tile_dpbf16ps(0, 4, 6);
      if constexpr (Right) _tile_loadd(7, panel + 512, 64);
      if constexpr (Right) _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, p + 16 * ldp + k, bytes);
      _tile_dpbf16ps(2, 5, 6);
      if constexpr (Right) _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, c, sumBytes);
    if constexpr (Right) _tile_stored(1, c + 16, sumBytes);
    _tile_stored(2, c + 16 * ldc, sumBytes);
    if constexpr (Right) _tile_stored(3, c + 16 * ldc + 16, sumBytes);
  }

  /** 16 × 16 words: pairs, quads of words within 128 bits, then 128-bit blocks twice. */
  static void transpose(__m512i* r) {
    __m512i t[16];
    for (int i = 0; i < 16; i += 2) {
      t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
      r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
      r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
      r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
      r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int i = 0; i < 4; ++i) {
      t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
      t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
      t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
      t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    for (int i = 0; i < 4; ++i) {
      r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
      r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
      r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
      r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
  }
};

}  // namespace mint::MINT_ISA
