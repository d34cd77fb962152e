// The same source for the CPU: what the tests run where there is no GPU.
#define MINT_EMULATED
#include "../backend.inl"
