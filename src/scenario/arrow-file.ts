/** An Arrow file of ours, whole or not at all. */
import { type Table, tableFromIPC } from 'apache-arrow';

const MAGIC = 'ARROW1';

/**
 * Throws an Error where the bytes are not a whole Arrow file. It begins and ends with the same letters; without its end apache-arrow reads
 * what there is as a stream, and may find no row.
 */
export function readArrowFile(bytes: Uint8Array): Table {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, MAGIC.length) !== MAGIC || text(bytes.length - MAGIC.length, bytes.length) !== MAGIC)
    throw new Error('not a whole Arrow file');
  return tableFromIPC(bytes);
}
