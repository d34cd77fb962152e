import { describe, expect, it } from 'vitest';
import { decodeBf16, decodeFp16, encodeBf16, encodeFp16, poison, rawBits, toFloat32 } from '../../src/real/dtype.ts';
import { random } from '../../src/real/random.ts';

const FORMATS = [
  { name: 'bf16', encode: encodeBf16, decode: decodeBf16, infinity: 0x7f80 },
  { name: 'fp16', encode: encodeFp16, decode: decodeFp16, infinity: 0x7c00 },
] as const;

describe.each(FORMATS)('$name', ({ encode, decode, infinity }) => {
  it('keeps every finite value and both infinities', () => {
    const lost: number[] = [];
    for (let code = 0; code <= 0xffff; code++) {
      const value = decode(code);
      const kept = Number.isNaN(value) ? Number.isNaN(decode(encode(value))) : encode(value) === code;
      if (!kept) lost.push(code);
    }
    expect(lost).toEqual([]);
  });

  it('rounds to the nearest value, ties to even', () => {
    const draws = random('dtype');
    const wrong: number[] = [];
    const check = (value: number): void => {
      const code = encode(value);
      const error = Math.abs(decode(code) - value);
      for (const neighbour of [code - 1, code + 1]) {
        const other = Math.abs(decode(neighbour & 0xffff) - value);
        if (Number.isNaN(other)) continue;
        if (error > other || (error === other && code % 2 !== 0)) wrong.push(value);
      }
    };
    for (let code = 1; code < infinity - 1; code += 7) {
      const middle = (decode(code) + decode(code + 1)) / 2;
      check(middle);
      check(-middle);
      check(Math.fround(decode(code) + (decode(code + 1) - decode(code)) * draws.uniform()));
    }
    expect(wrong).toEqual([]);
  });

  it('overflows to infinity', () => {
    const largest = decode(infinity - 1);
    const step = largest - decode(infinity - 2);
    expect(encode(largest + step * 0.49)).toBe(infinity - 1);
    expect(encode(largest + step / 2)).toBe(infinity);
    expect(encode(-1e39)).toBe(infinity | 0x8000);
  });
});

it('widens arrays as it decodes values', () => {
  const codes = Uint16Array.from({ length: 0x7c00 / 8 }, (_, i) => 8 * i);
  expect(toFloat32('fp16', codes)).toEqual(Float32Array.from(codes, decodeFp16));
  expect(toFloat32('bf16', codes)).toEqual(Float32Array.from(codes, decodeBf16));
});

it('poisons with NaN that keeps its payload', () => {
  const y = new Float32Array(3);
  poison('fp32', y, 1, 3);
  expect([...y]).toEqual([0, Number.NaN, Number.NaN]);
  expect(rawBits(y.slice())[2]).toBe(0x7fd5a5a5);
  const half = new Uint16Array(1);
  poison('fp16', half, 0, 1);
  expect(decodeFp16(half[0])).toBeNaN();
});
