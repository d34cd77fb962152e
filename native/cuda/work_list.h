// Cuts a batch into the items of the kernels' work lists. Built once per batch on the host and reused by every launch.
#pragma once
#include <algorithm>
#include <vector>

#include "../common/backend.h"
#include "kernels.h"

namespace mint {

static_assert(kMaxRank <= kDecodeRank);

struct WorkList {
  std::vector<Item> shrinkDecode, shrinkPrefill, expandDecode, expandPrefill;
  int splits = 1, splitDepth = 0;
  int64_t vFloats = 0;
};

/** Rows from which tensor-core tiles beat a mat-vec: below, a 64-row tile is mostly padding. */
constexpr int kPrefillPairs = 16;

/** Blocks of the shrink that a multiprocessor holds: what its registers allow. */
constexpr int kDecodeBlocks = 4, kPrefillBlocks = 3;

/**
 * Parts to cut the depth into, at most `most`: as many as fill the GPU once, or more where that makes the last wave of blocks a
 * fuller one; partial sums grow with them.
 */
inline int splitsOf(int items, int slots, int most) {
  if (items == 0) return 1;
  const auto time = [&](int splits) { return double((int64_t(items) * splits + slots - 1) / slots) / splits; };
  const int once = std::clamp(slots / items, 1, most);
  int best = once;
  for (int splits = once + 1; splits <= std::min(most, 2 * once + 1); ++splits)
    if (time(splits) < 0.95 * time(best)) best = splits;
  return best;
}

inline WorkList makeWorkList(const Shape& shape, const Batch& batch, Path path, int multiprocessors, int leastSplitDepth) {
  WorkList list;
  const auto tiles = [](std::vector<Item>& out, Item item, int pairStep, int firstStep, int pairs, int total) {
    const int pair0 = item.pair, vStart = item.vStart;
    for (int p = 0; p < pairs; p += pairStep)
      for (int c = 0; c < total; c += firstStep) {
        item.pair = pair0 + p;
        item.pairs = std::min(pairStep, pairs - p);
        item.vStart = vStart + p * item.rank;
        item.first = c;
        item.count = std::min(firstStep, total - c);
        out.push_back(item);
      }
  };
  // Long rows of columns keep a warp's loads flowing; a small batch rather fills all multiprocessors.
  const int64_t prefillTiles = batch.pairs() / kTileRows * (shape.outDim() / 128);
  const int prefillColumns = 128 * std::clamp<int>(int(prefillTiles / (16 * multiprocessors)), 1, 8);
  const auto columnsOf = [&](int rank) {
    const int columns = shape.dtype == Dtype::fp32 ? expandColumns<float>(rank) : expandColumns<Bf16>(rank);
    const bool few = batch.segments() * (shape.outDim() / columns) < kDecodeBlocks * multiprocessors;
    return few && columns >= 64 ? columns / 2 : columns;
  };
  for (int g = 0; g < batch.segments(); ++g) {
    const int pairs = batch.pairsOf(g), rank = batch.segRank[g];
    if (pairs == 0) continue;
    // fp32 has no tensor-core form that keeps fp32's accuracy.
    const bool prefill = shape.dtype != Dtype::fp32 && path != Path::matvec && (path == Path::gemm || pairs >= kPrefillPairs);
    for (int s = 0; s < shape.slices(); ++s) {
      const Item item{g, s, batch.segStart[g], pairs, 0, 0, 0, rank, batch.segRankStart[g], int32_t(list.vFloats)};
      const int out = shape.sliceDims[s];
      if (prefill) {
        tiles(list.shrinkPrefill, item, kTileRows, kTileRank, pairs, rank);
        tiles(list.expandPrefill, item, kTileRows, prefillColumns, pairs, out);
      } else {
        // Few rows share a block's weights through the caches; many (fp32 prefill) are spread over blocks.
        tiles(list.shrinkDecode, item, kPrefillPairs, kDecodeRankRows, pairs, rank);
        tiles(list.expandDecode, item, kPrefillPairs, columnsOf(rank), pairs, out);
      }
      list.vFloats += int64_t(pairs) * rank;
    }
  }
  // Blocks that read the same rows of x for another slice run side by side: the second read comes from the L2 cache.
  std::stable_sort(list.shrinkPrefill.begin(), list.shrinkPrefill.end(), [](const Item& a, const Item& b) { return a.pair < b.pair; });
  const int items = int(list.shrinkDecode.size() + list.shrinkPrefill.size()), depth = int(shape.inDim);
  const int most = std::clamp((depth + leastSplitDepth - 1) / leastSplitDepth, 1, 32);
  const int splits = splitsOf(items, multiprocessors * (list.shrinkPrefill.empty() ? kDecodeBlocks : kPrefillBlocks), most);
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
