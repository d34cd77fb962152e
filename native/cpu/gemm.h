// Prefill: blocked products with fp32 sums. The weights of a segment are packed into panels once and every row tile passes over
// them; the other operand is copied, which gathers scattered rows, converts them and gives them a stride that is no multiple
// of 4 KiB (rows of a power-of-two width would all fall into one set of the L1 cache). An engine (vector unit or matrix unit)
// gives the tile size and the inner product; the loops here are the same for all.
#pragma once
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "kernels.h"

namespace mint::MINT_ISA {

inline int roundUp(int value, int step) { return (value + step - 1) / step * step; }

/**
 * Asks memory for lines that a later block reads, a few at each step of an inner product: all at once they would fill the
 * core's queue of outstanding lines, and the product would wait behind them. Into L2, as rows a power of two apart share few
 * sets of L1.
 */
class Ahead {
 public:
  Ahead() = default;
  /** `rowBytes` from `offset` of each row from `row` to `rowEnd`, spread over `steps` calls. */
  Ahead(const void* x, const int32_t* row, const int32_t* rowEnd, int64_t stride, int64_t offset, int64_t rowBytes, int steps)
      : x_(static_cast<const char*>(x) + offset), row_(row), rowEnd_(rowEnd), stride_(stride), rowBytes_(rowBytes) {
    const int64_t lines = (rowEnd - row) * ((rowBytes + 63) / 64);
    perStep_ = int((lines + steps - 1) / steps);
  }
  void step() {
    for (int i = 0; i < perStep_ && row_ < rowEnd_; ++i) {
      __builtin_prefetch(x_ + *row_ * stride_ + at_, 0, 2);
      if ((at_ += 64) >= rowBytes_) {
        at_ = 0;
        ++row_;
      }
    }
  }

 private:
  const char* x_ = nullptr;
  const int32_t *row_ = nullptr, *rowEnd_ = nullptr;
  int64_t stride_ = 0, rowBytes_ = 0, at_ = 0;
  int perStep_ = 0;
};

/** fp32 outer products: MR rows by NV vectors of columns in registers. */
struct VectorEngine {
  using P = float;
  static constexpr int kRows = Vec::kGemmRows, kColumns = Vec::kGemmVectors * Vec::kLanes, kDepth = 1, kBlockDepth = 256, kFetchDepth = 4;
  static constexpr int kStretch = 128, kDirectPanels = 0;
  static constexpr bool kAsksAhead = true;
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
  /** c = or += (rows of p) · panel, for `rows` × `columns` of the tile; c's rows have room for whole vectors. */
  static void tile(const P* p, int64_t ldp, const P* panel, int depth, int rows, int columns, float* c, int64_t ldc, bool add,
                   Ahead& ahead) {
    if (columns <= Vec::kLanes) return tileOf<1>(p, ldp, panel, depth, rows, columns, c, ldc, add, ahead);
    tileOf<Vec::kGemmVectors>(p, ldp, panel, depth, rows, columns, c, ldc, add, ahead);
  }

 private:
  template <int NV>
  static void tileOf(const P* p, int64_t ldp, const P* panel, int depth, int rows, int columns, float* c, int64_t ldc, bool add,
                   Ahead& ahead) {
    Vec::F acc[kRows][NV];
    for (auto& row : acc)
      for (auto& sum : row) sum = Vec::zero();
    for (int k = 0; k < depth; ++k) {
      if (k % kFetchDepth == 0) ahead.step();
      Vec::F q[NV];
      for (int n = 0; n < NV; ++n) q[n] = Vec::load(panel + k * kColumns + n * Vec::kLanes);
      for (int m = 0; m < kRows; ++m) {
        const Vec::F value = Vec::set1(p[m * ldp + k]);
        for (int n = 0; n < NV; ++n) acc[m][n] = Vec::fma(value, q[n], acc[m][n]);
      }
    }
    for (int m = 0; m < rows; ++m)
      for (int n = 0; n < NV && n * Vec::kLanes < columns; ++n) {
        float* const out = c + m * ldc + n * Vec::kLanes;
        Vec::store(out, add ? Vec::add(Vec::load(out), acc[m][n]) : acc[m][n]);
      }
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

inline bool evenlySpaced(const int32_t* rows, int count) {
  for (int i = 2; i < count; ++i)
    if (rows[i] - rows[i - 1] != rows[1] - rows[0]) return false;
  return true;
}

/** Elements of a cache line. */
template <class P>
constexpr int kLine = 64 / int(sizeof(P));

template <class Engine>
constexpr int kRowBlock = (96 + Engine::kRows - 1) / Engine::kRows * Engine::kRows;

template <class Engine, class T>
void shrinkGemm(const ShrinkTask& t, Scratch& scratch) {
  using P = typename Engine::P;
  constexpr int MB = kRowBlock<Engine>, KB = Engine::kBlockDepth;
  const int panels = roundUp(t.rank, Engine::kColumns) / Engine::kColumns;
  P* const packed = static_cast<P*>(scratch.reserve((int64_t(panels) * Engine::kColumns * KB + int64_t(MB) * (KB + kLine<P>)) * sizeof(P)));
  P* const copy = packed + int64_t(panels) * Engine::kColumns * KB;
  const T* const x = static_cast<const T*>(t.x);
  Engine::begin();
  for (int64_t k0 = 0; k0 < t.inDim; k0 += KB) {
    const int depth = int(std::min<int64_t>(KB, t.inDim - k0)), padded = roundUp(depth, Engine::kDepth), ldp = padded + kLine<P>;
    const int64_t stride = packPanels<Engine>(static_cast<const T*>(t.a) + k0, t.inDim, t.rank, depth, packed);
    for (int m0 = 0; m0 < t.pairs; m0 += MB) {
      const int rows = std::min(MB, t.pairs - m0), tiles = roundUp(rows, Engine::kRows);
      if constexpr (Engine::kDirectPanels > 0 && std::is_same_v<T, P>) {
        // Whole tiles of evenly spaced rows that only few panels meet are read where they lie: the hardware follows that many
        // streams by itself, and a copy would cost more than it saves.
        if (panels <= Engine::kDirectPanels && rows == tiles && padded == depth && evenlySpaced(t.rows + m0, rows)) {
          const T* const from = x + t.rows[m0] * t.inDim + k0;
          const int64_t ld = (t.rows[m0 + 1] - t.rows[m0]) * t.inDim;
          Ahead none;
          for (int m = 0; m < rows; m += Engine::kRows)
            for (int panel = 0; panel < panels; ++panel) {
              const int n0 = panel * Engine::kColumns;
              Engine::tile(from + m * ld, ld, packed + panel * stride, padded, Engine::kRows, std::min(Engine::kColumns, t.rank - n0),
                           t.v + (m0 + m) * t.ldv + n0, t.ldv, k0 > 0, none);
            }
          continue;
        }
      }
      std::memset(copy + int64_t(rows) * ldp, 0, int64_t(tiles - rows) * ldp * sizeof(P));
      for (int m = 0; m < rows; ++m) {
        P* const row = copy + int64_t(m) * ldp;
        Engine::copyRow(x + t.rows[m0 + m] * t.inDim + k0, depth, row);
        if (padded > depth) std::memset(row + depth, 0, (padded - depth) * sizeof(P));
      }
      // What is copied next (the block below, or the first one's next stretch) comes from memory while this one is multiplied.
      const bool below = m0 + MB < t.pairs;
      const int next = below ? m0 + MB : 0;
      const int64_t nextK = below ? k0 : k0 + KB;
      const int nextDepth = int(std::max<int64_t>(0, std::min<int64_t>(KB, t.inDim - nextK)));
      // A row tile is multiplied by one panel after the other, in memory order: it stays in L1, or in L2 where AMX's deep blocks fill L1.
      for (int m = 0; m < rows; m += Engine::kRows) {
        const int32_t* const nextRows = t.rows + std::min(t.pairs, next + m);
        const int fetched = nextDepth > 0 ? std::min(Engine::kRows, t.pairs - std::min(t.pairs, next + m)) : 0;
        Ahead ahead(x, nextRows, nextRows + fetched, t.inDim * sizeof(T),
                    nextK * sizeof(T), nextDepth * sizeof(T), std::max(1, panels * padded / Engine::kFetchDepth));
        for (int panel = 0; panel < panels; ++panel) {
          const int n0 = panel * Engine::kColumns;
          Engine::tile(copy + int64_t(m) * ldp, ldp, packed + panel * stride, padded, std::min(Engine::kRows, rows - m),
                       std::min(Engine::kColumns, t.rank - n0), t.v + (m0 + m) * t.ldv + n0, t.ldv, k0 > 0, ahead);
        }
      }
    }
  }
  Engine::end();
}

/** y[c] += scale · sums[c] over a stretch of one row. */
template <class T>
inline void addRow(T* y, const float* sums, int columns, float scale) {
  const Vec::F factor = Vec::set1(scale);
  int c = 0;
  for (; c + Vec::kLanes <= columns; c += Vec::kLanes)
    Vec::store(y + c, Vec::fma(factor, Vec::load(sums + c), Vec::load(y + c)));
  for (; c < columns; ++c) y[c] = fromFloat<T>(toFloat(y[c]) + scale * sums[c]);
}

template <class Engine, class T>
void expandGemm(const ExpandTask& t, Scratch& scratch) {
  using P = typename Engine::P;
  // Sums of a tile's rows gather here until y is updated row by row: y's rows lie a power of two apart, and stores to one that
  // alternate with loads from the next would wait for each other (same address modulo 4 KiB). Two stretches take turns: while
  // one is multiplied, the one before is added to y a few rows after each panel, so that a core does both at once.
  constexpr int MB = kRowBlock<Engine>, kStretch = Engine::kStretch, kSumStride = kStretch + 16;
  constexpr int kRowsAPanel = (Engine::kRows * Engine::kColumns + kStretch - 1) / kStretch;
  alignas(64) float sums[2][Engine::kRows * kSumStride];
  const int padded = roundUp(t.rank, Engine::kDepth), ldp = padded + kLine<P>;
  const int64_t panelElements = int64_t(roundUp(t.columns, Engine::kColumns)) * padded;
  P* const packed = static_cast<P*>(scratch.reserve((panelElements + int64_t(MB) * ldp) * sizeof(P)));
  P* const copy = packed + panelElements;
  T* const y = static_cast<T*>(t.y);
  Engine::begin();
  const int64_t stride = packPanels<Engine>(static_cast<const T*>(t.b), t.rank, t.columns, t.rank, packed);
  for (int m0 = 0; m0 < t.pairs; m0 += MB) {
    const int block = std::min(MB, t.pairs - m0);
    std::memset(copy, 0, int64_t(roundUp(block, Engine::kRows)) * ldp * sizeof(P));
    for (int m = 0; m < block; ++m) Engine::copyRow(t.v + (m0 + m) * t.ldv, t.rank, copy + int64_t(m) * ldp);
    for (int m = 0; m < block; m += Engine::kRows) {
      const int rows = std::min(Engine::kRows, block - m);
      int turn = 0, doneColumn = 0, doneWidth = 0, added = rows;
      const auto addUntil = [&](int row, Ahead& ahead) {
        for (; added < std::min(rows, row); ++added) {
          const int pair = m0 + m + added;
          ahead.step();
          addRow(y + t.outRows[pair] * t.ldy + doneColumn, sums[1 - turn] + added * kSumStride, doneWidth, t.scale * t.rowScale[pair]);
        }
      };
      for (int c0 = 0; c0 < t.columns; c0 += kStretch) {
        const int width = std::min(kStretch, t.columns - c0);
        Ahead ahead;
        if constexpr (Engine::kAsksAhead) {
          // The stretch after this one: to the right, or at the left of the tile below.
          const bool right = c0 + kStretch < t.columns;
          const int nextColumn = right ? c0 + kStretch : 0, nextWidth = std::min(kStretch, t.columns - nextColumn);
          const int32_t* const nextRows = t.outRows + std::min(t.pairs, m0 + m + (right ? 0 : Engine::kRows));
          ahead = Ahead(y, nextRows, std::min(nextRows + Engine::kRows, t.outRows + t.pairs), t.ldy * sizeof(T),
                        nextColumn * sizeof(T), nextWidth * sizeof(T),
                        roundUp(width, Engine::kColumns) / Engine::kColumns * std::max(1, padded / Engine::kFetchDepth) + rows);
        }
        for (int n = 0; n < width; n += Engine::kColumns) {
          Engine::tile(copy + int64_t(m) * ldp, ldp, packed + (c0 + n) / Engine::kColumns * stride, padded, rows, width - n,
                       sums[turn] + n, kSumStride, false, ahead);
          addUntil(added + kRowsAPanel, ahead);
        }
        addUntil(rows, ahead);
        doneColumn = c0, doneWidth = width, added = 0, turn = 1 - turn;
      }
      Ahead none;
      addUntil(rows, none);
    }
  }
  Engine::end();
}

}  // namespace mint::MINT_ISA
