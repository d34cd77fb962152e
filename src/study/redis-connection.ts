/** A connection to Redis by the optional package ioredis: what is missing is said, and a server that was lost is waited for. */
import type { Redis } from 'ioredis';
import { EnvironmentError } from '../scenario/errors.ts';

/** A package that `npm install --omit=optional` leaves out. Throws an EnvironmentError where it is missing. */
export async function optionalPackage<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new EnvironmentError(
      'Points over Redis need the packages bullmq and ioredis, which are not installed.',
      ['import bullmq, ioredis'],
      'npm install bullmq@6.7.0 ioredis@6.0.0',
    );
  }
}

export interface Connection {
  readonly redis: Redis;
  /** From now on a connection that is lost, this one or a copy of it, is let be. */
  giveUp(): void;
}

/** Throws an EnvironmentError where the package or the server is missing. */
export async function connectRedis(url: string): Promise<Connection> {
  const shown = withoutPassword(url);
  const { Redis } = await optionalPackage(() => import('ioredis'));
  let closing = false;
  let reason = 'no answer';
  let ready = false;
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 5000,
    // Before the first connection a refusal is final; later the server is given time to come back. Copies of this connection, as a queue
    // makes them, ask here too.
    retryStrategy: (times) => (ready && !closing ? Math.min(2000, 100 * times) : null),
  });
  redis.on('error', (error: Error) => {
    reason = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    ready = true;
  } catch (error) {
    redis.disconnect();
    const said = (error as Error).message;
    throw new EnvironmentError(
      `No Redis server can be used at ${shown}: ${said === 'Connection is closed.' ? reason : said}.`,
      [`connecting to ${shown}`],
      'Start one (redis-server), or check the address: redis://[user:password@]host:port[/number].',
    );
  }
  return {
    redis,
    giveUp() {
      closing = true;
    },
  };
}

export function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    return parsed.href;
  } catch {
    return url;
  }
}
