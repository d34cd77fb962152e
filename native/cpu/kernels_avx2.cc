// AVX2 with FMA and F16C (x86-64-v3).
#define MINT_ISA isa_avx2
#include "vec_avx2.h"
#include "table.inl"

namespace mint {

extern const KernelTable kernels_avx2{
    "avx2",
    [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"); },
    {isa_avx2::typedKernels<float>(16), isa_avx2::typedKernels<Bf16>(16), isa_avx2::typedKernels<Fp16>(16)},
    isa_avx2::readSum,
};

}  // namespace mint
