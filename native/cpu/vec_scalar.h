// The vector concept in plain C++, one lane: what every machine can run. The other vec_*.h files give the same names.
//   load/store  in order, converting          load2  2·kLanes elements in any fixed order (cheapest for the type)
//   order2      fp32 values in load2's order   hadd   sums of neighbouring lanes of a then b, in order
#pragma once
#include "../common/dtype.h"

namespace mint::MINT_ISA {

struct Vec {
  using F = float;
  static constexpr int kLanes = 1;
  static constexpr int kGemmRows = 4, kGemmVectors = 4;
  /** load2 of this type pairs neighbours in one lane, so half as many lanes hold a short row. */
  template <class T>
  static constexpr bool kPairsNeighbours = false;

  static F zero() { return 0; }
  static F set1(float v) { return v; }
  static F fma(F a, F b, F c) { return a * b + c; }
  static F add(F a, F b) { return a + b; }
  static F mul(F a, F b) { return a * b; }
  static float sum(F a) { return a; }
  static F hadd(F a, F b) { return a + b; }
  template <class T>
  static F load(const T* p) {
    return toFloat(*p);
  }
  template <class T>
  static void store(T* p, F v) {
    *p = fromFloat<T>(v);
  }
  template <class T>
  static void load2(const T* p, F& lo, F& hi) {
    lo = toFloat(p[0]);
    hi = toFloat(p[1]);
  }
  template <class T>
  static void order2(const float* p, F& lo, F& hi) {
    lo = p[0];
    hi = p[1];
  }
};

}  // namespace mint::MINT_ISA
