// Instantiates matvec.h and gemm.h for the vector unit of the including file, which defines MINT_ISA and includes its vec_*.h.
#include "gemm.h"
#include "matvec.h"

namespace mint::MINT_ISA {

/** In four streams: the hardware keeps more lines of them on their way than of one, and the mat-vecs read several rows at once too. */
inline float readSum(const float* data, int64_t count) {
  Vec::F sums[8];
  for (auto& sum : sums) sum = Vec::zero();
  const int64_t quarter = count / 4;
  for (int64_t i = 0; i + 2 * Vec::kLanes <= quarter; i += 2 * Vec::kLanes)
    for (int j = 0; j < 8; ++j) sums[j] = Vec::add(sums[j], Vec::load(data + j / 2 * quarter + i + j % 2 * Vec::kLanes));
  float total = 0;
  for (const auto& sum : sums) total += Vec::sum(sum);
  return total;
}

template <class T, class Engine = VectorEngine>
constexpr TypedKernels typedKernels(int gemmMinPairs) {
  return {shrinkMatvec<T>, expandMatvec<T>, shrinkGemm<Engine, T>, expandGemm<Engine, T>, gemmMinPairs};
}

}  // namespace mint::MINT_ISA
