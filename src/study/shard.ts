/** Part i of n of a study's points: every n-th point, so that parts cost about the same where cost grows along an axis. */
export interface Shard {
  /** 1 … of. */
  readonly part: number;
  readonly of: number;
}

/** `2/8`, or null. */
export function parseShard(text: string): Shard | null {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  if (match === null) return null;
  const [part, of] = [Number(match[1]), Number(match[2])];
  return part >= 1 && part <= of ? { part, of } : null;
}

export const inShard = (index: number, shard: Shard | null): boolean =>
  shard === null || index % shard.of === shard.part - 1;

export const shardText = ({ part, of }: Shard): string => `${part}/${of}`;
