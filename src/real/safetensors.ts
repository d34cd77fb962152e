/**
 * Safetensors files (huggingface/safetensors, README "Format"): 8 bytes little-endian header length, a JSON header of name →
 * {dtype, shape, data_offsets}, then the tensors' bytes. Offsets count from the end of the header and leave no holes.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface TensorInfo {
  name: string;
  dtype: 'F32' | 'BF16' | 'F16';
  shape: number[];
}

export interface TensorPlace extends TensorInfo {
  /** Bytes from the start of the data section. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  tensors: TensorPlace[];
  metadata: Record<string, string>;
  /** Where the data section starts in the file. */
  dataStart: number;
}

const ELEMENT_BYTES: Record<TensorInfo['dtype'], number> = { F32: 4, BF16: 2, F16: 2 };
/** The format's own limit on the header. */
const MAX_HEADER_BYTES = 100_000_000;

function tensorBytes({ dtype, shape }: TensorInfo): number {
  return shape.reduce((product, n) => product * n, 1) * ELEMENT_BYTES[dtype];
}

/** Header bytes, padded with spaces so that the data starts at a multiple of eight. */
export function encodeHeader(tensors: readonly TensorInfo[], metadata: Record<string, string> = {}): Buffer {
  const entries: Record<string, unknown> = Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata };
  let at = 0;
  for (const tensor of tensors) {
    const end = at + tensorBytes(tensor);
    entries[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, 0x20);
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return header;
}

/** Throws where the bytes are not a well-formed file. */
export function parseHeader(file: Buffer): SafetensorsHeader {
  const fail = (what: string): never => {
    throw new Error(`safetensors: ${what}`);
  };
  if (file.length < 8) fail('shorter than its length field');
  const length = Number(file.readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || 8 + length > file.length)
    fail(`header of ${length} bytes in a file of ${file.length}`);
  const entries = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  const tensors: TensorPlace[] = [];
  let metadata: Record<string, string> = {};
  const dataBytes = file.length - 8 - length;
  for (const [name, value] of Object.entries(entries)) {
    if (name === '__metadata__') {
      metadata = value as Record<string, string>;
      continue;
    }
    const {
      dtype,
      shape,
      data_offsets: offsets,
    } = value as { dtype: TensorInfo['dtype']; shape: number[]; data_offsets: number[] };
    const [begin, end] = offsets;
    if (!(dtype in ELEMENT_BYTES)) fail(`${name} has dtype ${dtype}`);
    if (begin < 0 || end > dataBytes || end - begin !== tensorBytes({ name, dtype, shape }))
      fail(`${name} lies at ${begin} … ${end}`);
    tensors.push({ name, dtype, shape, begin, end });
  }
  return { tensors, metadata, dataStart: 8 + length };
}

/** Writes the file with `fill` called for each tensor's bytes in turn, so that a large adapter is never held whole. */
export function writeSafetensors(path: string, tensors: readonly TensorInfo[], fill: (bytes: Buffer) => void): number {
  const file = openSync(path, 'w');
  try {
    let written = writeAll(file, encodeHeader(tensors, { format: 'pt' }));
    for (const tensor of tensors) {
      const bytes = Buffer.allocUnsafe(tensorBytes(tensor));
      fill(bytes);
      written += writeAll(file, bytes);
    }
    return written;
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) at += writeSync(file, bytes, at);
  return at;
}
