// Cuts a batch into the items of the kernels' work lists. Built once per batch on the host and reused by every launch.
#pragma once
#include <algorithm>
#include <vector>

#include "../common/backend.h"
#include "kernels.h"

namespace mint {

struct WorkList {
  std::vector<Item> shrinkDecode, shrinkPrefill, expandDecode, expandPrefill;
  int splits = 1, splitDepth = 0;
  int64_t vFloats = 0;
};

/** Rows from which tensor-core tiles beat a mat-vec: below, a 64-row tile is mostly padding. */
constexpr int kPrefillPairs = 16;
/** Bytes of B per decode block: some sixteen 16-byte loads a thread, so that a few blocks fill a multiprocessor's queue. */
constexpr int kExpandBytes = 16 << 10;

inline WorkList makeWorkList(const Shape& shape, const Batch& batch, Path path, int multiprocessors, int leastSplitDepth) {
  WorkList list;
  const auto tiles = [](std::vector<Item>& out, Item item, int pairStep, int firstStep, int pairs, int total) {
    const int pair0 = item.pair;
    for (int p = 0; p < pairs; p += pairStep)
      for (int c = 0; c < total; c += firstStep) {
        item.pair = pair0 + p;
        item.pairs = std::min(pairStep, pairs - p);
        item.first = c;
        item.count = std::min(firstStep, total - c);
        out.push_back(item);
      }
  };
  for (int g = 0; g < batch.segments(); ++g) {
    const int pairs = batch.pairsOf(g), rank = batch.segRank[g];
    if (pairs == 0) continue;
    // fp32 has no tensor-core form that keeps fp32's accuracy.
    const bool prefill = shape.dtype != Dtype::fp32 && path != Path::matvec && (path == Path::gemm || pairs >= kPrefillPairs);
    for (int s = 0; s < shape.slices(); ++s) {
      const Item item{g, s, batch.segStart[g], pairs, 0, 0, 0, int32_t(list.vFloats)};
      const int out = shape.sliceDims[s];
      if (prefill) {
        tiles(list.shrinkPrefill, item, kTileRows, kTileRank, pairs, rank);
        tiles(list.expandPrefill, item, kTileRows, kTileColumns, pairs, out);
      } else {
        const int columns = std::clamp<int>(kExpandBytes / (rank * int(bytesOf(shape.dtype))) / 64 * 64, 64, kDecodeColumns);
        // Few rows share a block's weights through the caches; many (fp32 prefill) are spread over blocks.
        tiles(list.shrinkDecode, item, kPrefillPairs, kDecodeRankRows, pairs, rank);
        tiles(list.expandDecode, item, kPrefillPairs, columns, pairs, out);
      }
      list.vFloats += int64_t(pairs) * rank;
    }
  }
  // Enough blocks to keep every multiprocessor's memory queue full, no split shallower than the warp's width.
  const int items = int(list.shrinkDecode.size() + list.shrinkPrefill.size());
  const int depth = int(shape.inDim), wanted = 4 * multiprocessors;
  const int most = std::max(1, (depth + leastSplitDepth - 1) / leastSplitDepth);
  const int splits = items == 0 ? 1 : std::clamp((wanted + items - 1) / items, 1, std::min(32, most));
  list.splitDepth = ((depth + splits - 1) / splits + leastSplitDepth - 1) / leastSplitDepth * leastSplitDepth;
  list.splits = (depth + list.splitDepth - 1) / list.splitDepth;
  for (auto* items : {&list.shrinkDecode, &list.shrinkPrefill}) {
    const std::vector<Item> whole = std::move(*items);
    items->clear();
    for (const Item& item : whole)
      for (int split = 0; split < list.splits; ++split) {
        items->push_back(item);
        items->back().split = split;
      }
  }
  if (list.vFloats * list.splits > INT32_MAX) throw std::runtime_error("cuda: the batch's shrunk rows exceed 2^31 values");
  return list;
}

}  // namespace mint
