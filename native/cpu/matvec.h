// Decode: gathered mat-vec products that read every weight once per group of rows, in memory order. Bound by the bandwidth of
// the weights (2 FLOP per element and row), so the inner loops spend as few instructions per loaded byte as they can.
#pragma once
#include <algorithm>
#include <cstring>

#include "kernels.h"

namespace mint::MINT_ISA {

template <class T>
inline void load2Tail(const T* p, int64_t count, Vec::F& lo, Vec::F& hi) {
  T buffer[2 * Vec::kLanes] = {};
  std::memcpy(buffer, p, count * sizeof(T));
  Vec::load2(buffer, lo, hi);
}

/** R rank rows against P rows of x: each loaded vector is used P (of A) or R (of x) times. */
template <class T, int R, int P>
inline void dotBlock(const T* a, int64_t inDim, const T* const* x, float* const* v) {
  constexpr int kStep = 2 * Vec::kLanes;
  Vec::F acc[R][P];
  for (auto& row : acc)
    for (auto& sum : row) sum = Vec::zero();
  const auto step = [&](auto load, int64_t k) {
    Vec::F xl[P], xh[P];
    for (int p = 0; p < P; ++p) load(x[p] + k, xl[p], xh[p]);
    for (int r = 0; r < R; ++r) {
      Vec::F al, ah;
      load(a + r * inDim + k, al, ah);
      for (int p = 0; p < P; ++p) acc[r][p] = Vec::fma(ah, xh[p], Vec::fma(al, xl[p], acc[r][p]));
    }
  };
  int64_t k = 0;
  for (; k + kStep <= inDim; k += kStep) step([](const T* p, Vec::F& lo, Vec::F& hi) { Vec::load2(p, lo, hi); }, k);
  if (k < inDim) {
    step([&](const T* p, Vec::F& lo, Vec::F& hi) { load2Tail(p, inDim - k, lo, hi); }, k);
  }
  for (int r = 0; r < R; ++r)
    for (int p = 0; p < P; ++p) v[p][r] = Vec::sum(acc[r][p]);
}

template <class T, int R>
inline void dotRows(const ShrinkTask& t, int rank0) {
  const T* a = static_cast<const T*>(t.a) + rank0 * t.inDim;
  const auto block = [&](int p0, auto count) {
    constexpr int P = decltype(count)::value;
    const T* x[P];
    float* v[P];
    for (int p = 0; p < P; ++p) {
      x[p] = static_cast<const T*>(t.x) + t.rows[p0 + p] * t.inDim;
      v[p] = t.v + (p0 + p) * t.ldv + rank0;
    }
    dotBlock<T, R, P>(a, t.inDim, x, v);
  };
  int p = 0;
  for (; p + 4 <= t.pairs; p += 4) block(p, std::integral_constant<int, 4>{});
  for (; p + 2 <= t.pairs; p += 2) block(p, std::integral_constant<int, 2>{});
  for (; p < t.pairs; ++p) block(p, std::integral_constant<int, 1>{});
}

template <class T>
void shrinkMatvec(const ShrinkTask& t) {
  int j = 0;
  for (; j + 4 <= t.rank; j += 4) dotRows<T, 4>(t, j);
  for (; j < t.rank; ++j) dotRows<T, 1>(t, j);
}

/** `groups[i]` holds sums of L neighbouring lanes still to be added: kLanes column sums come out, in order. */
template <int L>
inline Vec::F addNeighbours(Vec::F* groups) {
  if constexpr (L == 1) {
    return groups[0];
  } else {
    for (int i = 0; i < L / 2; ++i) groups[i] = Vec::hadd(groups[2 * i], groups[2 * i + 1]);
    return addNeighbours<L / 2>(groups);
  }
}

/**
 * B's rows are so short (rank) that one load spans several columns: v is repeated to fill the vector. L lanes belong to one
 * column; `Pairs`: a lane holds the sum of two neighbours (Vec::load2 of bf16).
 */
template <class T, int L, bool Pairs>
struct RepeatedRows {
  static constexpr int kRank = Pairs ? 2 * L : L;
  static constexpr int kSums = L;
  Vec::F lo, hi;

  explicit RepeatedRows(const float* v, int) {
    float pattern[2 * Vec::kLanes];
    for (int i = 0; i < 2 * Vec::kLanes; ++i) pattern[i] = v[i % kRank];
    if constexpr (Pairs) {
      Vec::template order2<T>(pattern, lo, hi);
    } else {
      lo = Vec::load(pattern);
    }
  }
  Vec::F product(const T* b, int i) const {
    const T* p = b + int64_t(i) * (Vec::kLanes / L) * kRank;
    if constexpr (Pairs) {
      Vec::F first, second;
      Vec::load2(p, first, second);
      return Vec::fma(second, hi, Vec::mul(first, lo));
    } else {
      return Vec::mul(Vec::load(p), lo);
    }
  }
};

/** Any rank: a vector of partial sums per column. */
template <class T>
struct LongRows {
  static constexpr int kSums = Vec::kLanes;
  static constexpr int kStep = 2 * Vec::kLanes;
  int rank;
  float ordered[kMaxRank + kStep];

  LongRows(const float* v, int rank) : rank(rank) {
    for (int k = 0; k < rank; k += kStep) {
      float chunk[kStep] = {};
      std::memcpy(chunk, v + k, std::min(kStep, rank - k) * sizeof(float));
      Vec::F lo, hi;
      Vec::template order2<T>(chunk, lo, hi);
      Vec::store(ordered + k, lo);
      Vec::store(ordered + k + Vec::kLanes, hi);
    }
  }
  Vec::F product(const T* b, int i) const {
    const T* p = b + int64_t(i) * rank;
    Vec::F sum = Vec::zero(), lo, hi;
    int k = 0;
    for (; k + kStep <= rank; k += kStep) {
      Vec::load2(p + k, lo, hi);
      sum = Vec::fma(hi, Vec::load(ordered + k + Vec::kLanes), Vec::fma(lo, Vec::load(ordered + k), sum));
    }
    if (k < rank) {
      load2Tail(p + k, rank - k, lo, hi);
      sum = Vec::fma(hi, Vec::load(ordered + k + Vec::kLanes), Vec::fma(lo, Vec::load(ordered + k), sum));
    }
    return sum;
  }
};

template <class T, class Rows>
inline void expandRows(const ExpandTask& t) {
  // A block of B stays in L1 while every row that shares it passes.
  constexpr int kColumns = 128;
  for (int c0 = 0; c0 < t.columns; c0 += kColumns) {
    const int c1 = std::min(c0 + kColumns, t.columns);
    for (int p = 0; p < t.pairs; ++p) {
      const float* v = t.v + p * t.ldv;
      const Rows rows(v, t.rank);
      const float scale = t.scale * t.rowScale[p];
      T* y = static_cast<T*>(t.y) + t.outRows[p] * t.ldy;
      const T* b = static_cast<const T*>(t.b);
      int c = c0;
      for (; c + Vec::kLanes <= c1; c += Vec::kLanes) {
        Vec::F sums[Rows::kSums];
        for (int i = 0; i < Rows::kSums; ++i) sums[i] = rows.product(b + int64_t(c) * t.rank, i);
        Vec::store(y + c, Vec::fma(Vec::set1(scale), addNeighbours<Rows::kSums>(sums), Vec::load(y + c)));
      }
      for (; c < c1; ++c) {
        float sum = 0;
        for (int j = 0; j < t.rank; ++j) sum += toFloat(b[int64_t(c) * t.rank + j]) * v[j];
        y[c] = fromFloat<T>(toFloat(y[c]) + scale * sum);
      }
    }
  }
}

template <class T>
void expandMatvec(const ExpandTask& t) {
  constexpr bool kPairs = Vec::kPairsNeighbours<T>;
  constexpr int W = Vec::kLanes;
  switch (t.rank) {
    case 1:
      return expandRows<T, RepeatedRows<T, 1, false>>(t);
    case 2:
      if constexpr (kPairs) return expandRows<T, RepeatedRows<T, 1, true>>(t);
      else if constexpr (W >= 2) return expandRows<T, RepeatedRows<T, 2, false>>(t);
      break;
    case 4:
      if constexpr (kPairs) return expandRows<T, RepeatedRows<T, 2, true>>(t);
      else if constexpr (W >= 4) return expandRows<T, RepeatedRows<T, 4, false>>(t);
      break;
    case 8:
      if constexpr (kPairs && W >= 8) return expandRows<T, RepeatedRows<T, 4, true>>(t);
      else if constexpr (W >= 8) return expandRows<T, RepeatedRows<T, 8, false>>(t);
      break;
    case 16:
      if constexpr (kPairs && W >= 16) return expandRows<T, RepeatedRows<T, 8, true>>(t);
      else if constexpr (W >= 16) return expandRows<T, RepeatedRows<T, 16, false>>(t);
      break;
  }
  return expandRows<T, LongRows<T>>(t);
}

}  // namespace mint::MINT_ISA
