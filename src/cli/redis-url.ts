/** The address of a Redis server as commands take it. */
import { UsageError } from './parse.ts';

export function redisUrl(written: string): string {
  if (!/^rediss?:\/\/[^/\s]+/.test(written))
    throw new UsageError(`${written} is no address of a Redis server`, 'for instance redis://localhost:6379');
  return written;
}
