// Every vector unit of the machine this runs on against plain C++, through the cpu backend without Node: for targets that the test
// machine can only emulate. Prints the largest deviation a unit and type; exits 1 where one is too large.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "../../../native/common/dtype.h"
#include "../../../native/cpu/kernels.h"

using namespace mint;

namespace {

uint32_t state = 1;
float draw() {
  state = state * 1664525u + 1013904223u;
  return float(int32_t(state)) * 0x1p-31f;
}

template <class T>
std::vector<T> randomValues(size_t count) {
  std::vector<T> values(count);
  for (T& value : values) value = fromFloat<T>(draw());
  return values;
}

template <class T>
std::vector<float> launch(const char* isa, Dtype dtype, Path path, int inDim, int out, int rank, int pairs) {
  state = 7;
  auto device = openDevice({isa, 2});
  Shape shape{dtype, inDim, {out}, 2 * rank};
  std::shared_ptr<Weights> weights = device->createWeights(shape);
  weights->upload(0, false, 0, 2 * rank, randomValues<T>(size_t(2) * rank * inDim).data());
  weights->upload(0, true, 0, 2 * rank, randomValues<T>(size_t(2) * rank * out).data());
  Batch batch;
  batch.xRows = batch.yRows = pairs + 1;
  batch.segStart = {0, pairs / 3, pairs};
  batch.segRankStart = {rank, 0};
  batch.segRank = {rank, rank};
  batch.segScale = {0.5f, 2.0f};
  for (int p = 0; p < pairs; ++p) {
    batch.rows.push_back(pairs - 1 - p);
    batch.outRows.push_back(p + 1);
    batch.rowScale.push_back(0.25f + p % 3);
  }
  auto launch = device->createLaunch(weights, batch, {true, path});
  launch->setX(randomValues<T>(size_t(pairs + 1) * inDim).data());
  std::vector<T> y = randomValues<T>(size_t(pairs + 1) * out);
  launch->setY(y.data());
  launch->run();
  launch->getY(y.data());
  std::vector<float> result;
  for (T value : y) result.push_back(toFloat(value));
  return result;
}

/** Largest |difference| over the size of the sums, in units of the type's rounding. */
template <class T>
double deviation(const char* isa, Dtype dtype, double roundoff) {
  double worst = 0;
  for (const Path path : {Path::matvec, Path::gemm})
    for (const auto& [inDim, out] : {std::pair{1, 1}, {33, 65}, {256, 128}, {101, 99}})
      for (const int rank : {1, 2, 3, 4, 8, 16, 24, 32, 64})
        for (const int pairs : {1, 7, 40}) {
          const auto plain = launch<T>("scalar", dtype, path, inDim, out, rank, pairs);
          const auto other = launch<T>(isa, dtype, path, inDim, out, rank, pairs);
          const double size = 2.0 * std::sqrt(double(inDim) * rank) + 1;
          for (size_t i = 0; i < plain.size(); ++i) worst = std::fmax(worst, std::fabs(plain[i] - other[i]) / (size * roundoff));
        }
  return worst;
}

}  // namespace

int main() {
  int count, faults = 0;
  const KernelTable* const* tables = kernelTables(count);
  for (int i = 0; i < count; ++i) {
    if (!tables[i]->supported() || std::strcmp(tables[i]->isa, "scalar") == 0) continue;
    const char* isa = tables[i]->isa;
    const double worst[] = {deviation<float>(isa, Dtype::fp32, 0x1p-24), deviation<Bf16>(isa, Dtype::bf16, 0x1p-8),
                            deviation<Fp16>(isa, Dtype::fp16, 0x1p-11)};
    std::printf("%s fp32 %.2f bf16 %.2f fp16 %.2f\n", isa, worst[0], worst[1], worst[2]);
    for (double share : worst) faults += !(share < 16);
  }
  return faults == 0 ? 0 : 1;
}
