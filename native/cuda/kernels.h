// The operator on a GPU, y += scale · B (A x), as two passes. Decode and prefill both cut the shrink along x (split-k) into
// partial sums in a workspace that the next kernel adds in a fixed order: no atomics, no grid-wide barrier, the same bits every
// time. One block does one item of a work list, so that all segments, ranks, slices and experts share one launch per kernel. On
// sm_90 a kernel starts while the one before it still runs, asks for its weights and waits before it reads the other's results
// (programmatic dependent launch).
#pragma once
#include "decode.h"
#include "prefill.h"
