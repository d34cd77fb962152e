// AVX-512 with AMX tiles for bf16 products and the CPU's own rounding to bf16 (Sapphire Rapids and later). The kernel hands out
// tile state on request only.
#define MINT_ISA isa_amx
#include <asm/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vec_avx512.h"
#include "table.inl"
#include "gemm_amx.h"

namespace mint {

static bool tileStateGranted() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA (Linux 5.16)
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

static bool amxCpu() {
  unsigned a, b, c, d;
  __asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
  return (d >> 22 & 1) && (d >> 24 & 1) && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bf16");
}

extern const KernelTable kernels_amx{
    "amx",
    [] { return amxCpu() && tileStateGranted(); },
    {isa_amx::typedKernels<float>(16), isa_amx::typedKernels<Bf16, isa_amx::AmxEngine>(8), isa_amx::typedKernels<Fp16>(16)},
    isa_amx::readSum,
};

}  // namespace mint
