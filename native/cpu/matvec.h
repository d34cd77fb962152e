// Decode: gathered mat-vec products that read every weight once per group of rows, in memory order. Bound by the bandwidth of
// the weights (2 FLOP per element and row), so the inner loops spend as few instructions per loaded byte as they can.
#pragma once
#include <algorithm>
#include <cstring>

#include "kernels.h"

namespace mint::MINT_ISA {

/**
 * A single row of x (decode of distinct adapters) reads the weights in this many parts at once and asks for the lines that come
 * soon in each: the hardware alone follows one stream, or many short ones, well below what memory gives. Rows that share an
 * adapter have their own rows of x and y on the way, and more of either made them slower.
 */
constexpr int kStreams = Vec::kLanes > 1 ? 4 : 1;
constexpr int64_t kAheadBytes = Vec::kLanes > 1 ? 2048 : 0;

/** Asks for what Vec::load2 would read `bytes` further on; nothing for 0. */
template <class T>
inline void ask(const T* p, int64_t bytes) {
  if (bytes == 0) return;
  for (size_t i = 0; i < 2 * Vec::kLanes * sizeof(T); i += 64) __builtin_prefetch(reinterpret_cast<const char*>(p) + bytes + i, 0, 3);
}

template <class T>
inline void load2Tail(const T* p, int64_t count, Vec::F& lo, Vec::F& hi) {
  T buffer[2 * Vec::kLanes] = {};
  std::memcpy(buffer, p, count * sizeof(T));
  Vec::load2(buffer, lo, hi);
}

/**
 * R rank rows against P rows of x: each loaded vector is used P (of A) or R (of x) times. `Asks`: A's lines are asked for ahead; at the end
 * of the rows, if `more` follow, those of the next R rows.
 */
template <class T, int R, int P, bool Asks>
inline void dotBlock(const T* a, int64_t inDim, const T* const* x, float* const* v, bool more) {
  constexpr int kStep = 2 * Vec::kLanes;
  Vec::F acc[R][P];
  for (auto& row : acc)
    for (auto& sum : row) sum = Vec::zero();
  const auto step = [&](auto load, int64_t k, int64_t ahead) {
    Vec::F xl[P], xh[P];
    for (int p = 0; p < P; ++p) load(x[p] + k, xl[p], xh[p]);
    for (int r = 0; r < R; ++r) {
      Vec::F al, ah;
      if constexpr (Asks) ask(a + r * inDim + k, ahead);
      load(a + r * inDim + k, al, ah);
      for (int p = 0; p < P; ++p) acc[r][p] = Vec::fma(ah, xh[p], Vec::fma(al, xl[p], acc[r][p]));
    }
  };
  const auto whole = [](const T* p, Vec::F& lo, Vec::F& hi) { Vec::load2(p, lo, hi); };
  const int64_t turn = inDim - kAheadBytes / int64_t(sizeof(T)), beyond = more ? kAheadBytes + (R - 1) * inDim * int64_t(sizeof(T)) : 0;
  int64_t k = 0;
  for (; k < turn && k + kStep <= inDim; k += kStep) step(whole, k, kAheadBytes);
  for (; k + kStep <= inDim; k += kStep) step(whole, k, beyond);
  if (k < inDim) {
    step([&](const T* p, Vec::F& lo, Vec::F& hi) { load2Tail(p, inDim - k, lo, hi); }, k, 0);
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
    if (P == 1 && t.pairs == 1) dotBlock<T, R, P, P == 1 && (kAheadBytes > 0)>(a, t.inDim, x, v, rank0 + 2 * R <= t.rank);
    else dotBlock<T, R, P, false>(a, t.inDim, x, v, false);
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
  template <bool Asks>
  Vec::F product(const T* b, int i) const {
    const T* p = b + int64_t(i) * (Vec::kLanes / L) * kRank;
    if (Asks && (Pairs || i % 2 == 0)) ask(p, kAheadBytes);
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
  template <bool Asks>
  Vec::F product(const T* b, int i) const {
    const T* p = b + int64_t(i) * rank;
    Vec::F sum = Vec::zero(), lo, hi;
    int k = 0;
    for (; k + kStep <= rank; k += kStep) {
      if constexpr (Asks) ask(p + k, kAheadBytes);
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

/** y[c …] += scale · B[c …] · v for one vector of columns. */
template <bool Asks, class T, class Rows>
inline void addColumns(const Rows& rows, const T* b, int rank, float scale, T* y, int c) {
  Vec::F sums[Rows::kSums];
  for (int i = 0; i < Rows::kSums; ++i) sums[i] = rows.template product<Asks>(b + int64_t(c) * rank, i);
  Vec::store(y + c, Vec::fma(Vec::set1(scale), addNeighbours<Rows::kSums>(sums), Vec::load(y + c)));
}

/** Columns c0 … c1, whole vectors first. */
template <class T, class Rows>
inline void addStretch(const Rows& rows, const T* b, const float* v, int rank, float scale, T* y, int c0, int c1) {
  int c = c0;
  for (; c + Vec::kLanes <= c1; c += Vec::kLanes) addColumns<false>(rows, b, rank, scale, y, c);
  for (; c < c1; ++c) {
    float sum = 0;
    for (int j = 0; j < rank; ++j) sum += toFloat(b[int64_t(c) * rank + j]) * v[j];
    y[c] = fromFloat<T>(toFloat(y[c]) + scale * sum);
  }
}

template <class T, class Rows>
inline void expandRows(const ExpandTask& t) {
  const T* b = static_cast<const T*>(t.b);
  const auto yOf = [&](int p) { return static_cast<T*>(t.y) + t.outRows[p] * t.ldy; };
  if (t.pairs == 1 && kStreams > 1) {
    const Rows rows(t.v, t.rank);
    const float scale = t.scale * t.rowScale[0];
    const int part = t.columns / (kStreams * Vec::kLanes) * Vec::kLanes;
    for (int c = 0; c < part; c += Vec::kLanes)
      for (int stream = 0; stream < kStreams; ++stream) addColumns<true>(rows, b, t.rank, scale, yOf(0), c + stream * part);
    return addStretch<T>(rows, b, t.v, t.rank, scale, yOf(0), kStreams * part, t.columns);
  }
  // A block of B stays in L1 while every row that shares it passes; y's rows are streams enough.
  constexpr int kColumns = 128;
  for (int c0 = 0; c0 < t.columns; c0 += kColumns)
    for (int p = 0; p < t.pairs; ++p) {
      const float* v = t.v + p * t.ldv;
      addStretch<T>(Rows(v, t.rank), b, v, t.rank, t.scale * t.rowScale[p], yOf(p), c0, std::min(c0 + kColumns, t.columns));
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
