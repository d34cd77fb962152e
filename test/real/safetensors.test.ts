import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { adapterTensors } from '../../src/real/adapter-file.ts';
import { js } from '../../src/real/backends/js.ts';
import { LOAD_TIMES, measureLoads } from '../../src/real/loads.ts';
import { parseHeader, type TensorInfo, writeSafetensors } from '../../src/real/safetensors.ts';
import { adapterModules, adapterShape } from '../../src/scenario/geometry.ts';
import { MODELS } from '../../src/scenario/presets/models.ts';

const folder = mkdtempSync(join(tmpdir(), 'mint-bench-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By hand from the format's description: length, header, then four bytes of a bf16 vector and eight of an F32 one. */
const HEADER =
  '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]}}';
const PADDED = HEADER.padEnd(Math.ceil(HEADER.length / 8) * 8, ' ');
const BY_HAND = Buffer.concat([
  Buffer.from([PADDED.length, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from(PADDED, 'latin1'),
  Buffer.from([0x80, 0x3f, 0x00, 0x40]),
  Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]),
]);
const TENSORS: TensorInfo[] = [
  { name: 'a', dtype: 'BF16', shape: [2] },
  { name: 'b', dtype: 'F32', shape: [1, 2] },
];

describe('safetensors', () => {
  it('reads a file laid out by hand', () => {
    const { tensors, dataStart } = parseHeader(BY_HAND);
    expect(dataStart).toBe(8 + PADDED.length);
    expect(tensors).toEqual([
      { ...TENSORS[0], begin: 0, end: 4 },
      { ...TENSORS[1], begin: 4, end: 12 },
    ]);
    expect(BY_HAND.readFloatLE(dataStart + tensors[1].begin + 4)).toBe(-2);
  });

  it('writes the same bytes, but for the metadata entry', () => {
    const path = join(folder, 'two.safetensors');
    const data = BY_HAND.subarray(8 + PADDED.length);
    let at = 0;
    const size = writeSafetensors(path, TENSORS, (bytes) => {
      data.copy(bytes, 0, at, at + bytes.length);
      at += bytes.length;
    });
    const file = readFileSync(path);
    const { tensors, dataStart, metadata } = parseHeader(file);
    expect(file.length).toBe(size);
    expect(dataStart % 8).toBe(0);
    expect(tensors).toEqual(parseHeader(BY_HAND).tensors);
    expect(metadata).toEqual({ format: 'pt' });
    expect(file.subarray(dataStart)).toEqual(data);
  });

  const broken: [string, (file: Buffer) => Buffer, RegExp][] = [
    ['cut short', (file) => file.subarray(0, file.length - 1), /b lies at/],
    ['without a length', (file) => file.subarray(0, 5), /shorter/],
    [
      'with a header longer than itself',
      (file) => {
        file.writeBigUInt64LE(10_000n);
        return file;
      },
      /header of 10000/,
    ],
    [
      'with an unknown dtype',
      (file) => Buffer.from(file.toString('latin1').replace('"F32"', '"F99"'), 'latin1'),
      /dtype F99/,
    ],
    [
      'with a shape that does not fit',
      (file) => Buffer.from(file.toString('latin1').replace('[1,2]', '[1,3]'), 'latin1'),
      /b lies at/,
    ],
  ];
  it.each(broken)('rejects a file %s', (_name, spoil, message) => {
    expect(() => parseHeader(spoil(Buffer.from(BY_HAND)))).toThrow(message);
  });
});

describe('adapter files', () => {
  const modules = (key: string) =>
    adapterModules(MODELS[key]).filter((module) => !['embed', 'lm_head', 'router'].includes(module));

  it('have the published objects and bytes of MinT’s Qwen3-30B-A3B adapter', () => {
    const spec = { base: MODELS['qwen3-30b-a3b'], modules: modules('qwen3-30b-a3b'), rank: 1, dtype: 'BF16' as const };
    const bytes = (tensors: TensorInfo[]) =>
      tensors.reduce((sum, { shape }) => sum + 2 * shape.reduce((a, b) => a * b, 1), 0);
    const trained = adapterTensors({ ...spec, packed: false });
    const packed = adapterTensors({ ...spec, packed: true });
    expect([trained.length, packed.length]).toEqual([37_248, 672]);
    expect([bytes(trained), bytes(packed)]).toEqual([105_480_192, 105_480_192]);
    expect(new Set(trained.map(({ name }) => name)).size).toBe(trained.length);
    expect(trained.filter(({ shape }) => 2 * shape.reduce((a, b) => a * b, 1) <= 4096).length).toBe(37_152);
  });

  it.each(Object.keys(MODELS))('agree with the geometry of %s', (key) => {
    const shape = adapterShape(MODELS[key], modules(key));
    for (const packed of [false, true]) {
      const tensors = adapterTensors({ base: MODELS[key], modules: modules(key), rank: 3, dtype: 'BF16', packed });
      expect(tensors.length).toBe(packed ? shape.packedTensors : shape.tensors);
      expect(tensors.reduce((sum, one) => sum + one.shape.reduce((a, b) => a * b, 1), 0)).toBe(
        3 * shape.parametersPerRank,
      );
    }
  });

  it('load through every stage, and leave nothing behind', async () => {
    const base = { ...MODELS['qwen3-0.6b'], layers: 2 };
    const adapter = { base, modules: modules('qwen3-0.6b'), rank: 2, dtype: 'F16' as const, packed: false };
    const where = mkdtempSync(join(folder, 'loads-'));
    const load = await measureLoads(js, { adapter, concurrency: 2, rounds: 2, folder: where, seed: 's' });
    expect(load).toMatchObject({ objects: 2 * 2 * 7, concurrency: 2, backend: 'js' });
    for (const stage of LOAD_TIMES) expect(load.stageNs[stage]).toBeGreaterThan(0);
    expect(load.allNs).toBeGreaterThan(Math.max(...Object.values(load.stageNs)));
    expect(readdirSync(where)).toEqual([]);
  });
});
