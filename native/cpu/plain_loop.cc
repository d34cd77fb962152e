#include "plain_loop.h"

#include "../common/dtype.h"

namespace mint {

template <class T>
static void segment(const ShrinkTask& shrink, const ExpandTask& expand) {
  const T* a = static_cast<const T*>(shrink.a);
  const T* b = static_cast<const T*>(expand.b);
  for (int p = 0; p < shrink.pairs; ++p) {
    const T* x = static_cast<const T*>(shrink.x) + shrink.rows[p] * shrink.inDim;
    float v[kMaxRank];
    for (int j = 0; j < shrink.rank; ++j) {
      float sum = 0;
      for (int64_t k = 0; k < shrink.inDim; ++k) sum += toFloat(a[j * shrink.inDim + k]) * toFloat(x[k]);
      v[j] = sum;
    }
    T* y = static_cast<T*>(expand.y) + expand.outRows[p] * expand.ldy;
    for (int c = 0; c < expand.columns; ++c) {
      float sum = 0;
      for (int j = 0; j < expand.rank; ++j) sum += toFloat(b[int64_t(c) * expand.rank + j]) * v[j];
      y[c] = fromFloat<T>(toFloat(y[c]) + expand.scale * expand.rowScale[p] * sum);
    }
  }
}

void plainSegment(Dtype dtype, const ShrinkTask& shrink, const ExpandTask& expand) {
  if (dtype == Dtype::fp32) segment<float>(shrink, expand);
  if (dtype == Dtype::bf16) segment<Bf16>(shrink, expand);
  if (dtype == Dtype::fp16) segment<Fp16>(shrink, expand);
}

}  // namespace mint
