// Cuts a batch into items of work for the threads. Built once per batch; every projection of every layer could reuse it, as
// Punica reuses its segment index. Items are large enough to hide their hand-out and small enough to balance two to many cores.
#pragma once
#include <vector>

#include "kernels.h"

namespace mint {

/** Rank rows of one owner's A against some of its pairs. */
struct ShrinkItem {
  int segment, slice, rankBegin, rankEnd, pairBegin, pairEnd;
  bool gemm;
};
/** Columns of one slice for all pairs of one segment. */
struct ExpandItem {
  int segment, slice, columnBegin, columnEnd;
  bool gemm;
};

struct Plan {
  std::vector<ShrinkItem> shrink;
  std::vector<ExpandItem> expand;
  /** Where the shrunk rows of (segment, slice) start, in floats: index segment · slices + slice. */
  std::vector<int64_t> vStart;
  int64_t vFloats = 0;
};

/** Stride of shrunk rows in floats: whole cache lines, so that a vector store never reaches the next row. */
inline int64_t vStride(int rank) { return (rank + 15) / 16 * 16; }

Plan makePlan(const Shape& shape, const Batch& batch, Path path, const TypedKernels& kernels, int threads);

}  // namespace mint
