// Prefill: blocked products with fp32 sums. The weights of a segment are packed into panels once and every row tile passes over
// them; the other operand is read in place, or copied where rows are scattered or need conversion. An engine (vector unit or
// matrix unit) gives the tile size and the inner product; the loops here are the same for all.
#pragma once
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "kernels.h"

namespace mint::MINT_ISA {

inline int roundUp(int value, int step) { return (value + step - 1) / step * step; }

/** fp32 outer products: MR rows by NV vectors of columns in registers. */
struct VectorEngine {
  using P = float;
  static constexpr int kRows = Vec::kGemmRows, kColumns = Vec::kGemmVectors * Vec::kLanes, kDepth = 1, kBlockDepth = 512;
  static void begin() {}
  static void end() {}

  template <class T>
  static void pack(const T* q, int64_t ldq, int columns, int depth, P* panel) {
    for (int n = 0; n < kColumns; ++n)
      for (int k = 0; k < depth; ++k) panel[k * kColumns + n] = n < columns ? toFloat(q[n * ldq + k]) : 0;
  }
  template <class T>
  static void copyRow(const T* row, int count, P* out) {
    int k = 0;
    for (; k + Vec::kLanes <= count; k += Vec::kLanes) Vec::store(out + k, Vec::load(row + k));
    for (; k < count; ++k) out[k] = toFloat(row[k]);
  }
  /** Calls epilogue(row, vector, sums) for `rows` × `columns` of the tile. */
  template <class Epilogue>
  static void tile(const P* p, int64_t ldp, const P* panel, int depth, int rows, int columns, Epilogue&& epilogue) {
    if (columns <= Vec::kLanes) return tileOf<1>(p, ldp, panel, depth, rows, epilogue);
    tileOf<Vec::kGemmVectors>(p, ldp, panel, depth, rows, epilogue);
  }

 private:
  template <int NV, class Epilogue>
  static void tileOf(const P* p, int64_t ldp, const P* panel, int depth, int rows, Epilogue& epilogue) {
    Vec::F acc[kRows][NV];
    for (auto& row : acc)
      for (auto& sum : row) sum = Vec::zero();
    for (int k = 0; k < depth; ++k) {
      Vec::F q[NV];
      for (int n = 0; n < NV; ++n) q[n] = Vec::load(panel + k * kColumns + n * Vec::kLanes);
      for (int m = 0; m < kRows; ++m) {
        const Vec::F value = Vec::set1(p[m * ldp + k]);
        for (int n = 0; n < NV; ++n) acc[m][n] = Vec::fma(value, q[n], acc[m][n]);
      }
    }
    for (int m = 0; m < rows; ++m)
      for (int n = 0; n < NV; ++n) epilogue(m, n, acc[m][n]);
  }
};

/** Packs `columns` × `depth` of a row-major matrix; returns the stride between panels in elements. */
template <class Engine, class T>
int64_t packPanels(const T* q, int64_t ldq, int columns, int depth, typename Engine::P* out) {
  const int64_t stride = int64_t(roundUp(depth, Engine::kDepth)) * Engine::kColumns;
  for (int n = 0; n < columns; n += Engine::kColumns) {
    Engine::pack(q + n * ldq, ldq, std::min(Engine::kColumns, columns - n), depth, out + n / Engine::kColumns * stride);
  }
  return stride;
}

template <class Engine>
constexpr int kRowBlock = (96 + Engine::kRows - 1) / Engine::kRows * Engine::kRows;

template <class Engine, class T>
void shrinkGemm(const ShrinkTask& t, Scratch& scratch) {
  using P = typename Engine::P;
  constexpr int MB = kRowBlock<Engine>, KB = Engine::kBlockDepth;
  const int panels = roundUp(t.rank, Engine::kColumns) / Engine::kColumns;
  P* const packed = static_cast<P*>(scratch.reserve((int64_t(panels) * Engine::kColumns * KB + int64_t(MB) * KB) * sizeof(P)));
  P* const copy = packed + int64_t(panels) * Engine::kColumns * KB;
  const T* const x = static_cast<const T*>(t.x);
  Engine::begin();
  for (int64_t k0 = 0; k0 < t.inDim; k0 += KB) {
    const int depth = int(std::min<int64_t>(KB, t.inDim - k0)), padded = roundUp(depth, Engine::kDepth);
    const int64_t stride = packPanels<Engine>(static_cast<const T*>(t.a) + k0, t.inDim, t.rank, depth, packed);
    for (int m0 = 0; m0 < t.pairs; m0 += MB) {
      const int rows = std::min(MB, t.pairs - m0), tiles = roundUp(rows, Engine::kRows);
      const P* p = copy;
      int64_t ldp = padded;
      bool inPlace = false;
      if constexpr (std::is_same_v<T, P>) {
        inPlace = rows == tiles && depth == padded && t.rows[m0 + rows - 1] - t.rows[m0] == rows - 1;
        for (int m = 1; inPlace && m < rows; ++m) inPlace = t.rows[m0 + m] == t.rows[m0] + m;
        if (inPlace) {
          p = x + t.rows[m0] * t.inDim + k0;
          ldp = t.inDim;
        }
      }
      if (!inPlace) {
        std::memset(copy + int64_t(rows) * padded, 0, int64_t(tiles - rows) * padded * sizeof(P));
        for (int m = 0; m < rows; ++m) {
          P* const row = copy + int64_t(m) * padded;
          Engine::copyRow(x + t.rows[m0 + m] * t.inDim + k0, depth, row);
          if (padded > depth) std::memset(row + depth, 0, (padded - depth) * sizeof(P));
        }
      }
      for (int panel = 0; panel < panels; ++panel) {
        const int n0 = panel * Engine::kColumns, columns = std::min(Engine::kColumns, t.rank - n0);
        for (int m = 0; m < rows; m += Engine::kRows) {
          float* const v = t.v + (m0 + m) * t.ldv + n0;
          const auto store = [&](int row, int n, Vec::F sums) {
            float* const out = v + row * t.ldv + n * Vec::kLanes;
            // v's rows are padded to whole vectors, so a vector past the rank is either padding or past the row.
            if (n * Vec::kLanes < columns) Vec::store(out, k0 == 0 ? sums : Vec::add(Vec::load(out), sums));
          };
          Engine::tile(p + m * ldp, ldp, packed + panel * stride, padded, std::min(Engine::kRows, rows - m), columns, store);
        }
      }
    }
  }
  Engine::end();
}

template <class Engine, class T>
void expandGemm(const ExpandTask& t, Scratch& scratch) {
  using P = typename Engine::P;
  constexpr int MB = kRowBlock<Engine>;
  const int padded = roundUp(t.rank, Engine::kDepth);
  const int64_t panelElements = int64_t(roundUp(t.columns, Engine::kColumns)) * padded;
  P* const packed = static_cast<P*>(scratch.reserve((panelElements + int64_t(MB) * padded) * sizeof(P)));
  P* const copy = packed + panelElements;
  Engine::begin();
  const int64_t stride = packPanels<Engine>(static_cast<const T*>(t.b), t.rank, t.columns, t.rank, packed);
  for (int m0 = 0; m0 < t.pairs; m0 += MB) {
    const int rows = std::min(MB, t.pairs - m0), tiles = roundUp(rows, Engine::kRows);
    std::memset(copy, 0, int64_t(tiles) * padded * sizeof(P));
    for (int m = 0; m < rows; ++m) Engine::copyRow(t.v + (m0 + m) * t.ldv, t.rank, copy + int64_t(m) * padded);
    for (int n0 = 0; n0 < t.columns; n0 += Engine::kColumns) {
      const int columns = std::min(Engine::kColumns, t.columns - n0);
      for (int m = 0; m < rows; m += Engine::kRows) {
        const auto update = [&](int row, int n, Vec::F sums) {
          const int pair = m0 + m + row, column = n * Vec::kLanes, left = columns - column;
          const Vec::F scale = Vec::set1(t.scale * t.rowScale[pair]);
          T* const y = static_cast<T*>(t.y) + t.outRows[pair] * t.ldy + n0 + column;
          if (left >= Vec::kLanes) {
            Vec::store(y, Vec::fma(scale, sums, Vec::load(y)));
          } else if (left > 0) {
            T edge[Vec::kLanes] = {};
            std::memcpy(edge, y, left * sizeof(T));
            Vec::store(edge, Vec::fma(scale, sums, Vec::load(edge)));
            std::memcpy(y, edge, left * sizeof(T));
          }
        };
        Engine::tile(copy + int64_t(m) * padded, padded, packed + n0 / Engine::kColumns * stride, padded,
                     std::min(Engine::kRows, rows - m), columns, update);
      }
    }
  }
  Engine::end();
}

}  // namespace mint::MINT_ISA
