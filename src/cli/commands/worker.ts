/** `worker redis://…`: computes points of sweeps that were started with --executor redis://…, on this machine's processors. */
import { availableParallelism } from 'node:os';
import { serve } from '../../study/redis-worker.ts';
import { toolIdentity } from '../../study/study-folder.ts';
import type { Command } from '../command.ts';
import { effortText } from '../effort-text.ts';
import { EXIT } from '../exit-codes.ts';
import { version } from '../help.ts';
import { timeOption, wholeNumber } from '../load.ts';
import { redisUrl } from '../redis-url.ts';

export const command: Command = {
  positionals: { url: { type: 'string', describe: 'Redis server, for instance redis://host:6379' } },
  options: {
    jobs: {
      type: 'number',
      default: availableParallelism(),
      defaultDescription: 'all processors',
      describe: 'Points at a time, each on one thread',
    },
    lease: {
      type: 'string',
      default: '30s',
      describe: 'After this much silence another worker takes over the points of this one',
    },
    idle: { type: 'string', describe: 'End when there was no point for this long; default: wait for ever' },
  },
  onInterrupt: 'points under way are finished, no more are taken',
  examples: [
    ['worker redis://queue.local:6379', 'serve until Ctrl-C'],
    ['worker redis://queue.local:6379 --jobs 4 --idle 5min', 'in a batch system'],
  ],
  async run(args, context) {
    const say = (text: string) => {
      if (context.progress) context.terminal.err(`${text}\n`);
    };
    const computed = await serve({
      url: redisUrl(args.url as string),
      tool: toolIdentity(version()),
      jobs: wholeNumber(args, 'jobs') ?? 1,
      lease: timeOption(args, 'lease', '30s', 1) ?? 30,
      idle: timeOption(args, 'idle', '30s', 1) ?? Number.POSITIVE_INFINITY,
      signal: context.signal,
      onReady: () => say('waiting for points; Ctrl-C finishes those under way and ends'),
      onConnection: (up) =>
        say(up ? 'the Redis server is back' : 'the Redis server does not answer; trying again until Ctrl-C'),
      onPoint: (text, effort) => say(`${text}${effortText(effort)}`),
    });
    if (context.json) context.terminal.outJson({ points: computed });
    else context.terminal.out(`${computed} ${computed === 1 ? 'point' : 'points'} computed\n`);
    return EXIT.ok;
  },
};
