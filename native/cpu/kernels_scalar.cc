// Plain C++: any machine.
#define MINT_ISA isa_scalar
#include "vec_scalar.h"
#include "table.inl"

namespace mint {

extern const KernelTable kernels_scalar{
    "scalar",
    [] { return true; },
    {isa_scalar::typedKernels<float>(16), isa_scalar::typedKernels<Bf16>(16), isa_scalar::typedKernels<Fp16>(16)},
    isa_scalar::readSum,
};

}  // namespace mint
