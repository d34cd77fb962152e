// Storage types and their conversions, one value at a time. Rounding is to nearest even, NaN stays NaN.
#pragma once
#include <cstdint>
#include <cstring>

namespace mint {

struct Bf16 {
  uint16_t bits;
};
struct Fp16 {
  uint16_t bits;
};

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}
inline float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

inline float toFloat(float value) { return value; }
inline float toFloat(Bf16 value) { return floatOf(uint32_t(value.bits) << 16); }
inline float toFloat(Fp16 value) {
  const uint32_t sign = uint32_t(value.bits & 0x8000) << 16;
  const uint32_t magnitude = value.bits & 0x7fff;
  if (magnitude >= 0x7c00) return floatOf(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
  // Scaling by 2^112 moves the exponent's bias and normalises subnormals in one exact product.
  return floatOf(sign | bitsOf(floatOf(magnitude << 13) * floatOf(0x77800000)));
}

template <class T>
T fromFloat(float value);
template <>
inline float fromFloat<float>(float value) {
  return value;
}
template <>
inline Bf16 fromFloat<Bf16>(float value) {
  const uint32_t bits = bitsOf(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return {uint16_t(bits >> 16 | 0x40)};
  return {uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}
template <>
inline Fp16 fromFloat<Fp16>(float value) {
  const uint32_t bits = bitsOf(value);
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return {uint16_t(sign | 0x7e00)};
  if (magnitude >= 0x477ff000) return {uint16_t(sign | 0x7c00)};  // rounds past 65504
  if (magnitude < 0x38800000) {
    // Subnormal: adding 0.5 leaves the value's multiples of 2^-24 in the low mantissa bits, rounded by the adder.
    return {uint16_t(sign | (bitsOf(floatOf(magnitude) + 0.5f) - bitsOf(0.5f)))};
  }
  const uint32_t rebiased = magnitude - (112u << 23);
  return {uint16_t(sign | (rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13)};
}

}  // namespace mint
