/** `init [file]`: a commented scenario that runs as it is. Never overwrites. */
import { writeFileSync } from 'node:fs';
import { quote } from '../../scenario/quote.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';

const TEMPLATE = `# yaml-language-server: $schema=scenario.schema.json
# mint-bench schema > scenario.schema.json gives an editor completion, hover text and checks for this file.
version: 1
description: Ten thousand users with an adapter each, two replicas of an 8 B base.
seed: mint
duration: 10min          # simulated time in which requests arrive
warmup: 1min             # left out of latency metrics

population:
  users: 10_000
  popularity: {law: zipf, exponent: 1}    # mint-bench list popularity
  max_rate_per_user: 20/min               # caps the head of the law
  start: settled                          # tiers hold what their policies keep; steady: the most popular adapters
  cohorts:
    - name: chat
      share: 100%
      rate_per_user: 70/day               # 8.1/s in all: more users, more load; rate: is of the whole cohort
      prompt_tokens: {law: lognormal, median: 400, sigma: 0.9}
      output_tokens: {law: lognormal, median: 150, sigma: 0.8}
      slo: interactive

base: llama-3.1-8b                        # mint-bench list models

adapter:
  rank: 16
  modules: [q, k, v, o]
  dtype: bf16

hardware:
  gpu: h100                               # mint-bench list gpus
  replicas: 2

serving:
  slots: 32                               # adapters on a GPU at a time
  routing: adapter-affinity               # mint-bench list routing
  tiers:
    host: {capacity: 16GiB, eviction: lru}

# Adapters that go on learning while they are served: mint-bench list updates, mint-bench explain lifecycle
# lifecycle:
#   updates: {law: requests, requests: 32}  # trained anew after so many answers
#   training: 5min
#   evaluation: {duration: 30s, pass: 95%}
#   prewarm: host

slo:
  interactive: {ttft: 2s, tpot: 100ms, e2el: 60s}

thresholds:
  slo_attainment: '>= 0.95'
`;

export const command: Command = {
  positionals: {
    file: { type: 'string', default: 'scenario.yaml', describe: 'Where to write it', completes: 'files' },
  },
  options: { stdout: { type: 'boolean', default: false, describe: 'Print it instead' } },
  examples: [['init my.yaml', 'then: mint-bench validate my.yaml']],
  run(args, { terminal, json }) {
    if (args.stdout === true) {
      terminal.out(TEMPLATE);
      return undefined;
    }
    const file = args.file as string;
    try {
      writeFileSync(file, TEMPLATE, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST')
        throw new UsageError(`${file} exists already`, 'name another file, or print it with --stdout');
      if (code === 'ENOENT') throw new UsageError(`${file} cannot be written: its folder does not exist`);
      throw error;
    }
    if (json) terminal.outJson({ file });
    else terminal.out(`${file}\n`);
    terminal.err(`next: mint-bench validate ${quote(file)}\n`);
    return undefined;
  },
};
