/** The part of the schema that says how the engine behaves: `serving`. */
import * as z from 'zod';
import { applyEngine } from '../presets/engines/apply.ts';
import { ENGINES } from '../presets/engines/index.ts';
import { bytes, count, duration, fraction, number } from '../units.ts';
import { choice, type Families } from './families.ts';

const loader = z.strictObject({
  concurrency: count({ min: 1, max: 4096 }).prefault(4).describe('Loads in progress per replica.'),
  queue: count({ max: 1e7 }).prefault(4096).describe('Loads that may queue behind them before a request is refused.'),
  resolve: duration({ max: 3600 }).prefault('1ms').describe("Time to look an adapter's revision up."),
  build_per_object: duration({ max: 60 })
    .prefault('20us')
    .describe('Time to build one tensor object: what packing saves (MinT: 0.754 s for 37,248 objects).'),
  build: duration({ max: 3600 }).prefault('5ms').describe('Time to build, per load.'),
  register: duration({ max: 3600 })
    .prefault('2ms')
    .describe("Time under the engine's exclusive lock, one load at a time."),
  pause: z
    .strictObject({
      every: count({ min: 1, max: 1e9 }).describe('Registrations between two pauses (MinT: 6).'),
      time: duration({ max: 3600 }).describe('How much longer the next one then holds the lock (MinT: 0.74 s).'),
    })
    .optional()
    .describe('The first registration after every so many takes longer; default: none does.'),
  build_in: z
    .enum(['background', 'engine'])
    .optional()
    .describe(
      "Building and registering go on beside the engine's steps (default), or the engine does them between two steps, which wait (vLLM add_lora).",
    ),
  builds_per_step: count({ min: 1, infinity: true })
    .optional()
    .describe('Loads that the engine builds between two steps, where it builds them; default: none, all there are.'),
  discipline: z
    .enum(['serial', 'fair', 'private'])
    .prefault('fair')
    .describe(
      'How concurrent transfers share a link: one after the other, equal shares, or each the whole of it (no contention, as a reference).',
    ),
  activation: z
    .enum(['blocking', 'overlapped'])
    .prefault('overlapped')
    .describe("Copies from host to GPU block the engine's step, or run beside it."),
  activate: duration({ max: 3600 }).prefault('500us').describe('Time per activation beside the bytes over PCIe.'),
});

export const servingSchema = (families: Families) => {
  const eviction = (where: string) =>
    choice(families, 'eviction', 'lru').prefault('lru').describe(`Which adapter leaves ${where} when it is full.`);
  const fields = z.strictObject({
    engine: z
      .enum(Object.keys(ENGINES) as [string, ...string[]])
      .optional()
      .describe('A published engine whose behaviour fills what this section leaves out (mint-bench list engines).'),
    cost: choice(families, 'cost', 'roofline').prefault('roofline').describe('What a step of a replica costs.'),
    slots: count({ min: 1, max: 1_000_000 })
      .prefault(32)
      .describe('Adapters in GPU memory per replica (vLLM max_loras).'),
    slot_rank: count({ min: 1, max: 4096 })
      .optional()
      .describe('Rank that padded slots are made for (vLLM max_lora_rank); default: the largest of the adapters.'),
    slot_modules: z
      .enum(['adapter', 'linear', 'all'])
      .optional()
      .describe(
        "Modules that padded slots hold buffers for: the adapters' own (default), every linear layer, or embedding and LM head too.",
      ),
    max_batch: count({ min: 1, max: 65_536 })
      .prefault(256)
      .describe('Running requests per replica (vLLM max_num_seqs).'),
    max_batch_tokens: count({ min: 1, max: 1_048_576 })
      .prefault(8192)
      .describe('Tokens of one step (vLLM max_num_batched_tokens).'),
    max_adapters_per_batch: count({ min: 1, max: 65_536 })
      .optional()
      .describe('Distinct adapters in one step; default: slots.'),
    chunked_prefill: z
      .boolean()
      .prefault(true)
      .describe('Prompts are cut into chunks that share steps with decoding requests.'),
    mixed_steps: z
      .boolean()
      .optional()
      .describe(
        'Whole prompts share steps with decoding requests (TensorRT-LLM without chunked context); default: they come alone. Needs unchunked prefill.',
      ),
    decode_between_prefills: count({ max: 1e6 })
      .optional()
      .describe(
        'Decode steps between two prefills while anything decodes (S-LoRA 10); default: 0. Needs unchunked prefill.',
      ),
    max_prefills: count({ min: 1, max: 65_536, infinity: true })
      .optional()
      .describe('Requests whose prompts are prefilled at once (Punica 1); default: none, as many as fit.'),
    early_abort: z
      .strictObject({
        deadline: duration({ above: 0, max: 1e6 }).describe(
          'First token this long after the arrival, or it is worth nothing.',
        ),
        margin: duration({ max: 1e6 }).prefault(0).describe('Taken off the deadline.'),
      })
      .optional()
      .describe(
        'Waiting requests that will miss a deadline are refused when a batch forms (S-LoRA); default: none are.',
      ),
    idle_poll: duration({ max: 60 })
      .optional()
      .describe('An idle replica looks for requests this often (S-LoRA 10 ms); default: 0, it is told.'),
    startup: z
      .strictObject({
        base: duration({ max: 1e5 }).prefault(0).describe('Before a replica serves at all.'),
        per_slot: duration({ max: 1e4 })
          .prefault(0)
          .describe('For each adapter slot: graphs are captured with each (vLLM 0.8.5 on an H100: about 4 s).'),
      })
      .optional()
      .describe('Replicas start at t = 0 and serve when they are up; default: they are up.'),
    merge: z
      .strictObject({
        passes: number({ min: 1, max: 100 })
          .prefault(4)
          .describe(
            'Times that merging moves the adapted weights: the product written and read, weights read and written (PEFT).',
          ),
        memory_efficiency: fraction({ above: 0 })
          .prefault('80%')
          .describe('Share of memory bandwidth that merging reaches.'),
        adaptive: z
          .strictObject({
            above: fraction({ above: 0 })
              .prefault('100%')
              .describe(
                'Merged where one adapter has at least so much: its unfinished requests over min(max_batch, all unfinished).',
              ),
            below: fraction({ above: 0 })
              .prefault('55.6%')
              .describe('Apart again where less is of it. The default: a merged step of 15 ms against 27 ms (dLoRA).'),
          })
          .optional()
          .describe('Merged and apart by turns, as requests come (dLoRA); default: merged always.'),
      })
      .optional()
      .describe(
        'One adapter at a time is merged into the weights and costs nothing a step; default: adapters stay apart.',
      ),
    drain: z
      .strictObject({
        after: duration({ above: 0, max: 1e6 })
          .prefault('3s')
          .describe('A waiting request starves from so long after it was sent.'),
        tolerance: number({ min: 0, max: 1e6 })
          .prefault(1.2)
          .describe(
            'A request still starts on a draining adapter where it ends within so many times what is left of it.',
          ),
      })
      .optional()
      .describe(
        'Where all slots are in use, the adapter that would be done first takes no more requests for the sake of a starving one (SGLang); default: off.',
      ),
    readiness: z
      .strictObject({
        unready: z
          .enum(['hold', 'refuse'])
          .prefault('hold')
          .describe(
            'A request that meets an adapter which is registered or prewarming waits for it, or is refused while it is prewarmed; refused requests do not come back.',
          ),
        gap: duration({ max: 3600 })
          .prefault(0)
          .describe('Time that running requests have between two builds of the engine (build_in: engine).'),
      })
      .optional()
      .describe(
        'Two-phase readiness: a new adapter is prewarmed before requests for it enter the engine (MinT); default: they wait for its load.',
      ),
    kv: z
      .strictObject({
        block_tokens: count({ min: 1, max: 4096 }).prefault(16).describe('Tokens of one KV block.'),
        memory_fraction: fraction({ above: 0 }).prefault('90%').describe('Share of GPU memory the engine may use.'),
        preemption: z
          .enum(['recompute', 'swap'])
          .prefault('recompute')
          .describe('What happens to a request whose KV blocks are taken.'),
        preempted_prefix: z
          .enum(['dropped', 'cached'])
          .optional()
          .describe(
            'A preempted request computes everything anew (default), or finds those of its blocks that nobody was given meanwhile (a prefix cache, vLLM V1; preemption: recompute).',
          ),
        pool: z
          .enum(['static', 'unified'])
          .prefault('static')
          .describe('Adapters and KV cache: split at the start, or one pool (S-LoRA).'),
        reserve: z
          .enum(['prompt', 'peak'])
          .optional()
          .describe(
            'What a request must find before it starts: room for its prompt (default), or for the most tokens that the batch will ever hold (S-LoRA).',
          ),
      })
      .prefault({})
      .describe('KV cache.'),
    scheduling: choice(families, 'scheduling', 'fcfs')
      .prefault('fcfs')
      .describe('Order in which waiting requests start.'),
    frontend: duration({ max: 3600 })
      .optional()
      .describe(
        "Time from a client's send to the engine's queue (HTTP, tokenisation, gateway), counted as queueing; default: 0.",
      ),
    frontend_cv: number({ max: 10 })
      .optional()
      .describe('Coefficient of variation of that time over requests, lognormal; default: 0, all take the same.'),
    metrics_page: z
      .strictObject({
        every: duration({ above: 0, max: 1e6 }).describe('From the end of one reading of the page to the next.'),
        line: duration({ max: 1 })
          .optional()
          .describe("Rendering and compressing one line; default: the calibration's, else 27us (measured)."),
        name: duration({ max: 1 })
          .optional()
          .describe("The same for each adapter named in it; default: the calibration's, else 0.25us (measured)."),
      })
      .optional()
      .describe(
        'Somebody reads the metrics page of the API server, which has a line for each pair of sets of waiting and running adapters ever seen (vLLM). While it is rendered nothing passes to the engine or to clients; default: nobody reads it.',
      ),
    skip_window: count({ infinity: true })
      .prefault('none')
      .describe(
        'Waiting requests a pass may look past while they wait for a slot; none: all (vLLM). Where one adapter is merged: before the first request of it.',
      ),
    routing: choice(families, 'routing', 'least-outstanding')
      .prefault('least-outstanding')
      .describe('Which replica of a cell serves a request.'),
    admission: choice(families, 'admission', 'unlimited')
      .prefault('unlimited')
      .describe('Whether a request may enter at all.'),
    tiers: z
      .strictObject({
        gpu: z
          .strictObject({
            eviction: eviction('the GPU slots'),
            keep: z
              .enum(['until-evicted', 'while-used'])
              .optional()
              .describe(
                'Adapters that no request uses stay until they are evicted (default), or leave at once (S-LoRA).',
              ),
          })
          .prefault({})
          .describe('GPU slots.'),
        host: z
          .strictObject({
            capacity: bytes({ max: 1e18 })
              .optional()
              .describe(
                'Host memory of a node for adapters; default: three quarters of hardware.node.host_memory. A replica has as large a part of it as of the GPUs of the node (hardware.gpus_per_node), however many replicas there are.',
              ),
            entries: count({ min: 1, infinity: true })
              .optional()
              .describe('Most adapters in host memory per replica (vLLM max_cpu_loras); default: as many as fit.'),
            eviction: eviction('host memory'),
          })
          .prefault({})
          .describe('Host memory.'),
        disk: z
          .strictObject({
            capacity: bytes({ max: 1e18 })
              .optional()
              .describe('Local disk of a node for adapters; default: hardware.node.disk.capacity. 0: none.'),
            eviction: eviction('the local disk'),
          })
          .prefault({})
          .describe('Local disk.'),
      })
      .prefault({})
      .describe('Where adapters are kept between the object store and the GPU.'),
    prefetch: choice(families, 'prefetch', 'none')
      .prefault('none')
      .describe('Which adapters are moved up before they are needed.'),
    pin: z
      .strictObject({
        count: count({ max: 1e9 }).prefault(0).describe('Adapters of every cell that never leave host memory.'),
        gpu: count({ max: 1e6 })
          .optional()
          .describe('Adapters of every cell that have a slot on each replica and keep it (SGLang); default: 0.'),
      })
      .prefault({})
      .describe('The most popular adapters are never evicted.'),
    loader: loader.prefault({}).describe('What a load costs beside moving its bytes.'),
  });
  return z.preprocess(applyEngine, fields);
};
