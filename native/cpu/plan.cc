#include "plan.h"

#include <algorithm>

namespace mint {

namespace {

int64_t roundUp(int64_t value, int64_t step) { return (value + step - 1) / step * step; }

/** Bytes of weights per mat-vec item: a quarter of a thread's share, between what hides the hand-out and what fits L2. */
int64_t itemBytes(int64_t totalBytes, int threads) {
  return std::clamp<int64_t>(totalBytes / (4 * threads), 16 << 10, 256 << 10);
}

}  // namespace

Plan makePlan(const Shape& shape, const Batch& batch, Path path, const TypedKernels& kernels, int threads) {
  const int64_t element = bytesOf(shape.dtype);
  const int64_t rowBytes = shape.inDim * element;
  Plan plan;
  int64_t rankRows = 0;
  for (int g = 0; g < batch.segments(); ++g) rankRows += batch.pairsOf(g) > 0 ? batch.segRank[g] : 0;
  const int64_t shrinkBytes = itemBytes(rankRows * shape.slices() * rowBytes, threads);
  const int64_t expandBytes = itemBytes(rankRows * shape.outDim() * element, threads);

  for (int g = 0; g < batch.segments(); ++g) {
    const int pairs = batch.pairsOf(g), rank = batch.segRank[g];
    const bool gemm = path == Path::gemm || (path == Path::automatic && pairs >= kernels.gemmMinPairs);
    for (int s = 0; s < shape.slices(); ++s) {
      plan.vStart.push_back(plan.vFloats);
      plan.vFloats += pairs * vStride(rank);
      if (pairs == 0) continue;
      // A product is cut along its rows (each cut packs A again: no shorter than 256); a mat-vec along its rank rows.
      const int pairStep = gemm ? int(std::max<int64_t>(256, roundUp(pairs, 32 * threads) / threads)) : pairs;
      const int rankStep = gemm ? rank : int(roundUp(std::max<int64_t>(shrinkBytes / rowBytes, 1), 4));
      for (int p = 0; p < pairs; p += pairStep)
        for (int j = 0; j < rank; j += rankStep)
          plan.shrink.push_back({g, s, j, std::min(rank, j + rankStep), p, std::min(pairs, p + pairStep), gemm});
      // Packed columns of a product stay in half an L2 as fp32.
      const int out = shape.sliceDims[s];
      const int64_t wanted = gemm ? std::min<int64_t>((512 << 10) / (rank * 4), roundUp(out, threads) / threads)
                                  : expandBytes / (rank * element);
      const int columnStep = int(roundUp(std::max<int64_t>(wanted, 1), 128));
      for (int c = 0; c < out; c += columnStep) plan.expand.push_back({g, s, c, std::min(out, c + columnStep), gemm});
    }
  }
  return plan;
}

}  // namespace mint
