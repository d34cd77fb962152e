/**
 * fp32, bf16 and fp16 storage: exact decoding, and encoding with round to nearest even (IEEE 754-2019, section 4.3.1), as
 * GPUs and AVX-512 convert. Node 20 has no Float16Array.
 */
import type { KernelDtype, Storage } from './operator.ts';

/** Unit roundoff: the largest relative error of rounding a normal number to the dtype. */
export const UNIT_ROUNDOFF: Record<KernelDtype, number> = { fp32: 2 ** -24, bf16: 2 ** -8, fp16: 2 ** -11 };

/** Smallest positive subnormal: the absolute rounding error near zero is half of it. */
export const SMALLEST: Record<KernelDtype, number> = { fp32: 2 ** -149, bf16: 2 ** -133, fp16: 2 ** -24 };

/** A quiet NaN with a payload of its own: what outputs are poisoned with. */
export const POISON: Record<Exclude<KernelDtype, 'fp32'>, number> = { bf16: 0x7fd5, fp16: 0x7f55 };
export const POISON_FP32_BITS = 0x7fd5_a5a5;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

export function encodeBf16(value: number): number {
  float[0] = value;
  const word = bits[0];
  if ((word & 0x7fff_ffff) > 0x7f80_0000) return (word >>> 16) | 0x40;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

export function decodeBf16(code: number): number {
  bits[0] = code << 16;
  return float[0];
}

/** A double goes through fp32 first; the doubled rounding matters only within 2⁻²⁴ of a tie. */
export function encodeFp16(value: number): number {
  float[0] = value;
  const word = bits[0];
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  if (magnitude >= 0x477f_f000) return sign | 0x7c00; // 65,520 and above round to infinity
  if (magnitude < 0x3880_0000) {
    // Subnormal result: adding 0.5 lines its last bit up with fp32's, so that the addition does the rounding.
    float[0] = Math.abs(float[0]) + 0.5;
    return sign | (bits[0] - 0x3f00_0000);
  }
  return sign | ((magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

export function decodeFp16(code: number): number {
  const sign = (code & 0x8000) === 0 ? 1 : -1;
  const exponent = (code >>> 10) & 0x1f;
  const mantissa = code & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

export function encode(dtype: KernelDtype, value: number): number {
  if (dtype === 'fp32') return Math.fround(value);
  return dtype === 'bf16' ? encodeBf16(value) : encodeFp16(value);
}

export function decode(dtype: KernelDtype, stored: number): number {
  if (dtype === 'fp32') return stored;
  return dtype === 'bf16' ? decodeBf16(stored) : decodeFp16(stored);
}

/** The whole array as fp32; an fp32 array is returned itself, not copied. */
export function toFloat32(dtype: KernelDtype, storage: Storage): Float32Array {
  if (dtype === 'fp32') return storage as Float32Array;
  const out = new Float32Array(storage.length);
  const words = new Uint32Array(out.buffer);
  if (dtype === 'bf16') for (let i = 0; i < out.length; i++) words[i] = storage[i] << 16;
  else for (let i = 0; i < out.length; i++) out[i] = decodeFp16(storage[i]);
  return out;
}

/** Rounds the first `length` values into the storage from element `at` on. */
export function store(dtype: KernelDtype, values: Float64Array, length: number, storage: Storage, at: number): void {
  if (dtype === 'fp32') for (let i = 0; i < length; i++) storage[at + i] = values[i];
  else if (dtype === 'bf16') for (let i = 0; i < length; i++) storage[at + i] = encodeBf16(values[i]);
  else for (let i = 0; i < length; i++) storage[at + i] = encodeFp16(values[i]);
}

/** Raw bits of a storage array, for comparisons bit for bit. */
export function rawBits(storage: Storage): Uint32Array | Uint16Array {
  return storage instanceof Float32Array
    ? new Uint32Array(storage.buffer, storage.byteOffset, storage.length)
    : storage;
}

export function poison(dtype: KernelDtype, storage: Storage, from: number, to: number): void {
  if (dtype === 'fp32') rawBits(storage).fill(POISON_FP32_BITS, from, to);
  else storage.fill(POISON[dtype], from, to);
}
