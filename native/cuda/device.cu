// The cuda addon's device code and its host side, for nvcc.
#include "backend.inl"
