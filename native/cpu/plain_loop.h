// What a compiler makes of the operator written as loops (-O3, one thread): the yardstick for the kernels, not a fallback.
#pragma once
#include "kernels.h"

namespace mint {

void plainSegment(Dtype dtype, const ShrinkTask& shrink, const ExpandTask& expand);

}  // namespace mint
