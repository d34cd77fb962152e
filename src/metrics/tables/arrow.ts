/**
 * Columns → an Arrow IPC file, with unit and description of every column in its field's metadata.
 *
 * The same columns give the same bytes: dictionary ids are numbered here (apache-arrow numbers them from a global counter), and
 * no time or version is written.
 */
import {
  type Data,
  Dictionary,
  Field,
  Float32,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  Uint8,
  Uint32,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

export type NumberArray = Float64Array | Float32Array | Uint32Array | Int32Array | Uint8Array;

export interface Column {
  readonly name: string;
  /** `s`, `ms`, `B`, `tokens`, `count`, `fraction`, `name`, `number`, … */
  readonly unit: string;
  readonly description: string;
  /** Numbers (NaN in an array of floats is null), or names as codes into labels. */
  readonly data: NumberArray | { readonly labels: readonly string[]; readonly codes: Int32Array };
}

export interface TableSpec {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Beside provenance and run hash. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What every table says about where it is from. */
export interface Provenance {
  readonly kind: 'simulated' | 'measured' | 'cited';
  readonly runHash: string;
  readonly scenario: string;
}

/** Codes of names: `labels` in order of first appearance. */
export function encode(names: readonly string[]): { labels: string[]; codes: Int32Array } {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(names, (name) => {
    let code = codeOf.get(name);
    if (code === undefined) codeOf.set(name, (code = codeOf.size));
    return code;
  });
  return { labels: [...codeOf.keys()], codes };
}

export function arrowFile(spec: TableSpec, provenance: Provenance): Uint8Array {
  const parts = spec.columns.map((column, at) => dataOf(column, at));
  const rows = parts[0]?.length ?? 0;
  const fields = spec.columns.map(
    ({ name, unit, description }, at) =>
      new Field(
        name,
        parts[at].type,
        parts[at].nullCount > 0,
        new Map([
          ['unit', unit],
          ['description', description],
        ]),
      ),
  );
  for (let at = 0; at < parts.length; at++) {
    if (parts[at].length !== rows) {
      throw new RangeError(
        `Table '${spec.name}': column '${spec.columns[at].name}' has ${parts[at].length} rows, expected ${rows}.`,
      );
    }
  }
  const schema = new Schema(
    fields,
    new Map([
      ['table', spec.name],
      ['provenance', provenance.kind],
      ['run_hash', provenance.runHash],
      ['scenario', provenance.scenario],
      ...Object.entries(spec.metadata ?? {}),
    ]),
  );
  const batch = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children: parts });
  return tableToIPC(new Table(schema, [new RecordBatch(schema, batch)]), 'file');
}

function dataOf({ data }: Column, at: number): Data {
  if (!ArrayBuffer.isView(data)) {
    const dictionary = vectorFromArray([...data.labels], new Utf8());
    const type = new Dictionary(new Utf8(), new Int32(), at);
    return makeData({ type, length: data.codes.length, nullCount: 0, data: data.codes, dictionary });
  }
  const length = data.length;
  if (data instanceof Float64Array) {
    const { nullCount, nullBitmap } = nulls(data);
    return makeData({ type: new Float64(), length, nullCount, nullBitmap, data });
  }
  if (data instanceof Float32Array) {
    const { nullCount, nullBitmap } = nulls(data);
    return makeData({ type: new Float32(), length, nullCount, nullBitmap, data });
  }
  if (data instanceof Uint32Array) return makeData({ type: new Uint32(), length, nullCount: 0, data });
  if (data instanceof Int32Array) return makeData({ type: new Int32(), length, nullCount: 0, data });
  return makeData({ type: new Uint8(), length, nullCount: 0, data });
}

/** NaN as null, Arrow's way: a bit a row, 1 where there is a value. */
function nulls(data: Float64Array | Float32Array): { nullCount: number; nullBitmap: Uint8Array | null } {
  let nullCount = 0;
  for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) nullCount++;
  if (nullCount === 0) return { nullCount, nullBitmap: null };
  const nullBitmap = new Uint8Array(Math.ceil(data.length / 64) * 8);
  for (let i = 0; i < data.length; i++) if (!Number.isNaN(data[i])) nullBitmap[i >> 3] |= 1 << (i & 7);
  return { nullCount, nullBitmap };
}
