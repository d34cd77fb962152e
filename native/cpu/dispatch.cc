// Which vector units this binary was built with, and which of them this machine can run.
#include "kernels.h"

namespace mint {

#if defined(__x86_64__)
extern const KernelTable kernels_amx, kernels_avx512, kernels_avx2;
#elif defined(__aarch64__)
extern const KernelTable kernels_neon;
#endif
extern const KernelTable kernels_scalar;

const KernelTable* const* kernelTables(int& count) {
  static const KernelTable* const tables[] = {
#if defined(__x86_64__)
      &kernels_amx, &kernels_avx512, &kernels_avx2,
#elif defined(__aarch64__)
      &kernels_neon,
#endif
      &kernels_scalar};
  count = sizeof(tables) / sizeof(tables[0]);
  return tables;
}

const KernelTable& pickKernels(const std::string& isa) {
  int count;
  const KernelTable* const* tables = kernelTables(count);
  std::string names;
  for (int i = 0; i < count; ++i) {
    if (!tables[i]->supported()) continue;
    if (isa.empty() || isa == tables[i]->isa) return *tables[i];
    names += (names.empty() ? "" : ", ") + std::string(tables[i]->isa);
  }
  throw std::runtime_error("vector unit '" + isa + "' is not on this machine; it has " + names);
}

}  // namespace mint
