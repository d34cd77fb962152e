// cuBLAS, opened by the first probe of a usable GPU: the addon neither needs nor links it. Without it the ceiling is our own
// WMMA product, a fifth of what an H100 gives (wgmma).
#pragma once
#include <dlfcn.h>

namespace mint::gpu {

class Cublas : public VendorProduct {
 public:
  /** Null where the library or one of its functions is missing. */
  static const Cublas* open() {
    static const Cublas instance;
    return instance.gemm_ == nullptr ? nullptr : &instance;
  }

  std::string name() const override { return "cuBLAS " + std::to_string(version_ / 10000) + "." + std::to_string(version_ / 100 % 100); }

  void launch(Dtype dtype, const void* p, const void* q, void* c, int m, int n, int k) const override {
    // Column-major: our row-major C is its transpose, Q · Pᵀ, with Q stored transposed.
    const float one = 1, zero = 0;
    const int type = dtype == Dtype::bf16 ? 14 : dtype == Dtype::fp16 ? 2 : 0;  // CUDA_R_16BF, CUDA_R_16F, CUDA_R_32F
    constexpr int kTransposed = 1, kPlain = 0, kCompute32F = 68, kDefault = -1;
    const int status = gemm_(handle_, kTransposed, kPlain, n, m, k, &one, q, type, k, p, type, k, &zero, c, type, n, kCompute32F, kDefault);
    if (status != 0) throw std::runtime_error("cuBLAS: cublasGemmEx returned " + std::to_string(status));
  }

 private:
  using Gemm = int (*)(void*, int, int, int, int, int, const void*, const void*, int, int, const void*, int, int, const void*, void*, int,
                       int, int, int);

  Cublas() {
    void* library = nullptr;
    for (const char* folder : {"", "/usr/local/cuda/lib64/"})
      for (const char* name : {"libcublas.so.13", "libcublas.so.12", "libcublas.so"})
        if (library == nullptr) library = dlopen((std::string(folder) + name).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    const auto create = reinterpret_cast<int (*)(void**)>(dlsym(library, "cublasCreate_v2"));
    const auto setStream = reinterpret_cast<int (*)(void*, cudaStream_t)>(dlsym(library, "cublasSetStream_v2"));
    const auto getVersion = reinterpret_cast<int (*)(void*, int*)>(dlsym(library, "cublasGetVersion_v2"));
    const auto gemm = reinterpret_cast<Gemm>(dlsym(library, "cublasGemmEx"));
    if (create == nullptr || setStream == nullptr || getVersion == nullptr || gemm == nullptr) return;
    if (create(&handle_) != 0 || setStream(handle_, stream()) != 0 || getVersion(handle_, &version_) != 0) return;
    gemm_ = gemm;
  }

  void* handle_ = nullptr;
  int version_ = 0;
  Gemm gemm_ = nullptr;
};

inline const VendorProduct* vendorProduct() { return Cublas::open(); }

}  // namespace mint::gpu
