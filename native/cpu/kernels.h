// What one vector unit offers: the two halves of the operator, each as a streaming mat-vec and as a blocked product. One table per
// ISA, each built from the same templates (matvec.h, gemm.h) in a file compiled for that ISA.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <new>

#include "../common/backend.h"

namespace mint {

/** v[p · ldv + j] = A[j] · x[rows[p]] for one owner and slice; ldv is a multiple of 16 floats. */
struct ShrinkTask {
  const void* a;
  int rank;
  int64_t inDim;
  const void* x;
  const int32_t* rows;
  int pairs;
  float* v;
  int64_t ldv;
};

/** y[outRows[p]][c] += scale · rowScale[p] · B[c] · v[p] for a range of columns of one slice. */
struct ExpandTask {
  const void* b;
  int rank;
  int columns;
  const float* v;
  int64_t ldv;
  const int32_t* outRows;
  const float* rowScale;
  float scale;
  int pairs;
  void* y;
  int64_t ldy;
};

/** A thread's own memory for packed panels: grows, never shrinks, 64-byte aligned. */
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(data_); }
  void* reserve(size_t bytes) {
    if (bytes > size_) {
      std::free(data_);
      size_ = (bytes + 4095) / 4096 * 4096;
      data_ = std::aligned_alloc(64, size_);
      if (data_ == nullptr) throw std::bad_alloc();
    }
    return data_;
  }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

struct TypedKernels {
  void (*shrinkMatvec)(const ShrinkTask&);
  void (*expandMatvec)(const ExpandTask&);
  void (*shrinkGemm)(const ShrinkTask&, Scratch&);
  void (*expandGemm)(const ExpandTask&, Scratch&);
  /** Rows from which the blocked product beats streaming the weights once per few rows. */
  int gemmMinPairs;
};

struct KernelTable {
  const char* isa;
  bool (*supported)();
  TypedKernels typed[3];  // by Dtype
  /** Sum of `bytes` of memory through this ISA's widest loads: the read-bandwidth probe. */
  float (*readSum)(const float* data, int64_t count);
};

/** Every table compiled into this binary, best first. */
const KernelTable* const* kernelTables(int& count);
/** The named table, or the best supported one for an empty name; throws with the list of what there is. */
const KernelTable& pickKernels(const std::string& isa);

}  // namespace mint
