/**
 * What each diagnostic id means and what to do about it, for `explain MB-E101`. Ids are stable: one that is retired is not
 * given to anything else. E0xx the file, E1xx one value, E2xx values that do not go together, E3xx overrides, E4xx traces,
 * W4xx doubts.
 */
export interface Code {
  readonly title: string;
  readonly help: string;
  /** Of values that are right each by itself: a search over them leaves such a combination out, where a mistake ends it. */
  readonly combination?: true;
}

export const CODES: Readonly<Record<string, Code>> = {
  'MB-E000': { title: 'something given to the program cannot be used', help: 'The message says what and why.' },
  'MB-E001': {
    title: 'the file cannot be read',
    help: 'Check the path and its permissions; similar names in the same folder are suggested.',
  },
  'MB-E002': { title: 'the file is not text in UTF-8', help: 'Scenarios are YAML text. Save the file as UTF-8.' },
  'MB-E003': {
    title: 'the file is too large',
    help: 'A scenario is at most 1 MiB; traces and profiles are files of their own that it names.',
  },
  'MB-E004': {
    title: 'the YAML is malformed',
    help: 'The underlined place does not fit the lines before it: an unclosed quote or bracket, or wrong indentation.',
  },
  'MB-E005': {
    title: 'a key stands twice in the same map',
    help: 'YAML readers differ in which one wins, so neither is taken. Keep one.',
  },
  'MB-E007': { title: 'the file is empty', help: '`mint-bench init` writes a commented scenario to start from.' },
  'MB-E008': {
    title: 'the file is not a map',
    help: 'A scenario is a map of keys such as `version`, `population`, `base`, `hardware`.',
  },
  'MB-E009': {
    title: 'the file is nested or expanded too deeply',
    help: 'At most 32 levels, and at most 100,000 values after aliases are expanded.',
  },
  'MB-E010': {
    title: 'a value contains itself',
    help: 'An alias names an anchor that it stands inside of. Write the value out.',
  },
  'MB-E011': {
    title: 'a custom tag',
    help: 'Only the core YAML types are read: nothing in a scenario is ever executed.',
  },
  'MB-E012': { title: 'more than one document', help: 'One file holds one scenario. Remove the second `---`.' },
  'MB-E013': {
    title: 'a key that cannot be used',
    help: 'Keys are plain text; merge keys (`<<`) are not supported, aliases of whole values are.',
  },
  'MB-E014': {
    title: 'a number that cannot be represented',
    help: 'Beyond the range of a double, or a whole number beyond 2^53 that would be rounded. Seeds and names go in quotes.',
  },
  'MB-E101': {
    title: 'an unknown key',
    help: 'The scenario language is strict, so that a misspelt key is not silently ignored. The nearest known key is suggested.',
  },
  'MB-E102': {
    title: 'something required is missing',
    help: 'Required are `version`, `population.users`, `base`, `hardware.gpu`, and a request rate under open-loop arrivals.',
  },
  'MB-E103': {
    title: 'a value of the wrong kind',
    help: 'For instance text in quotes where a number or true/false belongs, or a list where a map belongs.',
  },
  'MB-E104': {
    title: 'an unknown name',
    help: 'The name of a policy, law, model, GPU or option does not exist. `mint-bench list` shows what does.',
  },
  'MB-E105': {
    title: 'a number or unit that cannot be read',
    help: 'Bare numbers are in base units: seconds, bytes, 1/s, bytes/s, fractions. Units: 50ms 24h, 80GiB 1.5TB, 10/day 120/s, 12.5GB/s 100Gbit/s, 5%, 1_000_000 1e6 1M.',
  },
  'MB-E106': {
    title: 'a value out of range',
    help: 'The message gives the range. A fraction is 0 to 1 or a percentage: 5 is not 5%.',
  },
  'MB-E108': { title: 'a value that breaks a rule of its own', help: 'The message states the rule.' },
  'MB-E109': { title: 'an unknown version of the language', help: 'Files begin with `version: 1`.' },
  'MB-E201': {
    title: 'shares of cohorts do not sum to 100%',
    help: 'Leave one share out and it becomes what remains.',
  },
  'MB-E202': {
    title: 'request rates are missing or given twice',
    help: 'Either one total (`population.rate` or `rate_per_user`, split by `rate_share`), or a `rate` or `rate_per_user` in every cohort. With both, the total scales the rates of the cohorts.',
  },
  'MB-E203': {
    title: 'replicas do not divide over cells',
    help: 'Every cell has the same number of replicas.',
    combination: true,
  },
  'MB-E204': {
    title: 'parallel degrees do not fit',
    help: 'Heads divide over tensor parallel ranks, stages do not exceed layers, `expert` divides tensor × pipeline, and replicas fill nodes evenly.',
    combination: true,
  },
  'MB-E205': { title: 'a cohort names an objective that does not exist', help: 'Objectives are the keys of `slo`.' },
  'MB-E206': {
    title: 'a threshold names a metric that does not exist',
    help: '`mint-bench list metrics` shows the names.',
  },
  'MB-E207': {
    title: 'the trace cannot be read',
    help: 'The path starts from the scenario file, then from the working directory. `--set population.arrivals.file=…` names another.',
  },
  'MB-E208': {
    title: 'a tier is smaller than the largest adapter',
    help: 'No adapter of the largest rank could ever be loaded. Give the tier more, or lower the rank.',
    combination: true,
  },
  'MB-E209': {
    title: 'the weights do not fit a replica',
    help: 'Use more GPUs a replica (`hardware.parallel`), a GPU with more memory, or a smaller `weight_dtype`.',
    combination: true,
  },
  'MB-E210': {
    title: 'adapters per user and users per adapter contradict',
    help: 'One of the two is 1, and no adapter is shared by more users than there are.',
    combination: true,
  },
  'MB-E211': {
    title: 'two cohorts with one name',
    help: 'Names label rows and columns of results, where all is the whole run.',
  },
  'MB-E212': {
    title: 'a rank mix that is not one',
    help: 'Shares of the ranks sum to 100% and every rank stands once.',
  },
  'MB-E213': {
    title: 'a flash crowd that cannot come',
    help: 'It needs a cohort that exists, no more users than that cohort has, and a time before the end of the run.',
  },
  'MB-E214': {
    title: 'the warm-up is as long as the run',
    help: 'Requests that arrive before `warmup` are simulated and not measured, so nothing would be left. Make `duration` longer or `warmup` shorter: `warmup: 0` measures from the start, a tenth of the duration is usual.',
  },
  'MB-E215': {
    title: 'dimensions of the base model contradict',
    help: 'See `mint-bench explain` for a preset with a similar architecture.',
  },
  'MB-E217': { title: 'a cohort without users', help: 'Its share of the users rounds to none.', combination: true },
  'MB-E218': {
    title: 'the base has no such module',
    help: 'Which modules there are follows from the architecture: MLA has q_a, q_b, kv_a, kv_b instead of q, k, v; a fully sparse model has no dense MLP.',
    combination: true,
  },
  'MB-E219': {
    title: 'a point of the sweep is not a valid scenario',
    help: 'Every value is tried on its own, and the points in combination, before anything runs.',
  },
  'MB-E220': {
    title: 'a step is smaller than the batch',
    help: 'Every decoding request needs one token a step: `max_batch_tokens` is at least `max_batch`.',
    combination: true,
  },
  'MB-E221': {
    title: 'adapter slots leave no memory for the KV cache',
    help: 'With a static pool the slots are reserved at the largest rank. Fewer slots, a smaller rank, or `kv.pool: unified`.',
    combination: true,
  },
  'MB-E222': {
    title: 'the cap on a user makes the rate unreachable',
    help: 'All users of the cohort at `max_rate_per_user` send less than the cohort’s rate.',
    combination: true,
  },
  'MB-E223': {
    title: 'pinned adapters do not fit host memory',
    help: '`pin.count` counts for every cohort.',
    combination: true,
  },
  'MB-E225': {
    title: 'flash crowds with arrivals that take none',
    help: 'In a closed loop the crowd could not be told from the clients. Use open arrivals or a trace.',
  },
  'MB-E226': {
    title: 'the kernel profile cannot be used',
    help: '`mint-bench calibrate` writes profiles; the path starts from the scenario file, then from the working directory.',
  },
  'MB-E227': {
    title: 'engine mechanisms contradict each other',
    help: 'Two settings of `serving` cannot hold at once, often one of an engine preset and one of the scenario. The message names both.',
    combination: true,
  },
  'MB-E228': {
    title: 'a threshold that always holds or never',
    help: 'Shares lie between 0% and 100%: at least 99 percent is `>= 99%` or `>= 0.99`, not `>= 99`.',
  },
  'MB-E240': {
    title: 'revisions that cannot be',
    help: 'Pinned adapters cannot change, a base upgrade comes before the end, and prewarming to disk needs a disk.',
  },
  'MB-E301': {
    title: 'an override that is not path=value',
    help: 'For instance `--set hardware.replicas=16` or `--set population.cohorts[chat].rate=20/s`.',
  },
  'MB-E302': {
    title: 'an override that leads nowhere',
    help: 'Something on the path is a plain value, or a list has no such member. Members are addressed by position or by name.',
  },
  'MB-E401': { title: 'the trace file cannot be opened', help: 'Check the path and its permissions.' },
  'MB-E402': {
    title: 'a row of the trace cannot be read',
    help: 'Azure CSV has the columns TIMESTAMP, ContextTokens, GeneratedTokens; Mooncake JSON lines have timestamp, input_length, output_length; Arrow has arrival_ns, prompt_tokens, output_tokens.',
  },
  'MB-E403': { title: 'the trace holds no request', help: 'Every row was left out, or there is none.' },
  'MB-W401': {
    title: 'the offered load is above the capacity',
    help: 'Even at the peak FLOP/s of all GPUs the tokens could not be computed: queues grow as long as requests arrive.',
  },
  'MB-W402': {
    title: 'a cold start that is measured',
    help: 'The tails will be those of filling the tiers. Set a warm-up longer than the loads, or `start: steady`.',
  },
  'MB-W403': {
    title: 'too few requests for the percentile',
    help: 'A percentile needs about a hundred requests beyond it to be stable.',
  },
  'MB-W404': { title: 'hardly any requests', help: 'Raise the rate or the duration.' },
  'MB-W405': {
    title: 'more requests than the budget',
    help: 'The run would end with an error; raise `budget.max_requests`.',
  },
  'MB-W406': {
    title: 'less than one daily cycle',
    help: 'The mean of the rate over the run is then not the mean asked for.',
  },
  'MB-W407': {
    title: 'a tier larger than its hardware',
    help: 'Adapters get more host memory or disk than the node has.',
  },
  'MB-W408': { title: 'more adapters a step than slots', help: 'The slots are the limit that counts.' },
  'MB-W409': {
    title: 'the GPU lacks the dtype',
    help: 'The weights are stored in it, and computed at the rate of the next wider one.',
  },
  'MB-W410': {
    title: 'tensor parallelism across nodes',
    help: 'Every layer then waits for the network between nodes.',
  },
  'MB-W411': { title: 'fewer adapters than cells', help: 'Some cells have nobody to serve.' },
  'MB-W412': {
    title: 'an objective that nobody uses',
    help: 'A cohort is held to the objective that its `slo` names: `population.cohorts[].slo: chat`. Only where `slo` has a single objective is it everybody’s. Without any, slo_attainment has no value and thresholds on it fail.',
  },
  'MB-W413': {
    title: 'sessions that a trace replaces',
    help: 'A trace already holds every request of every conversation.',
  },
  'MB-W414': {
    title: 'a time that reads like one of another unit',
    help: 'A bare number under `slo` is in seconds, a bare number in a threshold is in the unit of its metric, for names with `_ms` milliseconds. Write the unit: `tpot: 50ms`, `ttft_ms_p99: "< 2s"`.',
  },
  'MB-W420': {
    title: 'a lifecycle in which nothing changes',
    help: 'No revision is ever asked for, passes, or is ready before the end, so the run is nearly or exactly the one without the section.',
  },
};
