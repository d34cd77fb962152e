// AArch64 NEON: part of the base architecture.
#define MINT_ISA isa_neon
#include "vec_neon.h"
#include "table.inl"

namespace mint {

extern const KernelTable kernels_neon{
    "neon",
    [] { return true; },
    {isa_neon::typedKernels<float>(16), isa_neon::typedKernels<Bf16>(16), isa_neon::typedKernels<Fp16>(16)},
    isa_neon::readSum,
};

}  // namespace mint
