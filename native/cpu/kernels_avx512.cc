// AVX-512 F, BW, VL.
#define MINT_ISA isa_avx512
#include "vec_avx512.h"
#include "table.inl"

namespace mint {

extern const KernelTable kernels_avx512{
    "avx512",
    [] { return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"); },
    {isa_avx512::typedKernels<float>(16), isa_avx512::typedKernels<Bf16>(16), isa_avx512::typedKernels<Fp16>(16)},
    isa_avx512::readSum,
};

}  // namespace mint
