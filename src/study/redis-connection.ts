/** Connections to Redis, by the optional packages BullMQ and ioredis: what is missing is said, and a server that was lost is waited for. */
import type { Redis } from 'ioredis';
import { EnvironmentError } from '../scenario/errors.ts';

const importPackages = () => Promise.all([import('bullmq'), import('ioredis')]);

/** The packages, a function that connects, and one that lets lost connections be; throws an EnvironmentError where a package or the server is missing. */
export async function connectRedis(url: string) {
  const shown = withoutPassword(url);
  let packages: Awaited<ReturnType<typeof importPackages>>;
  try {
    packages = await importPackages();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new EnvironmentError(
      'Points over Redis need the packages bullmq and ioredis, which are not installed.',
      ['import bullmq, ioredis'],
      'npm install bullmq@6.7.0 ioredis@6.0.0',
    );
  }
  const [bullmq, { Redis }] = packages;
  let closing = false;
  const connect = async (): Promise<Redis> => {
    let reason = 'no answer';
    let ready = false;
    const redis = new Redis(url, {
      lazyConnect: true,
      maxRetriesPerRequest: null,
      connectTimeout: 5000,
      // Before the first connection a refusal is final; later the server is given time to come back. BullMQ's own connections are copies
      // of this one and ask here, too.
      retryStrategy: (times) => (ready && !closing ? Math.min(2000, 100 * times) : null),
    });
    redis.on('error', (error: Error) => {
      reason = error.message;
    });
    try {
      await redis.connect();
      await redis.ping();
      ready = true;
      return redis;
    } catch (error) {
      redis.disconnect();
      const said = (error as Error).message;
      throw new EnvironmentError(
        `No Redis server can be used at ${shown}: ${said === 'Connection is closed.' ? reason : said}.`,
        [`connecting to ${shown}`],
        'Start one (redis-server), or check the address: redis://[user:password@]host:port[/number].',
      );
    }
  };
  const giveUp = () => {
    closing = true;
  };
  return { bullmq, connect, giveUp };
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
