// Plays the part of a GitHub runner for action.yml, so that the action is tried without GitHub: reads its steps, fills in the expressions
// they use, and runs each with bash as a runner does, with the files and variables that it gives.
//
//   node scripts/try-action.mjs --input scenario=smoke --input baseline=smoke [--workspace folder] [--clone] [--json]
//
// --workspace: the repository that uses the action, where a scenario of yours lies; a fresh folder with this one's baselines otherwise
// --clone: the action in a fresh clone of this repository, which it installs itself; this checkout otherwise
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What GitHub keeps of a step's summary; a larger one is dropped as a whole. */
const MOST_SUMMARY = 2 ** 20;

const USAGE = 2;

const values = options();
checkInputs(actionIn(root), inputsGiven());
const scratch = mkdtempSync(join(tmpdir(), 'mint-bench-action-'));
try {
  const actionPath = values.clone ? clone() : built();
  const result = runAction(actionPath, workspace(), inputsGiven());
  if (values.json) console.log(JSON.stringify(result, null, 2));
  else {
    for (const { name, code, log } of result.steps) console.log(`── ${name}: exit ${code}\n${log}`);
    console.log(
      `── step summaries\n${result.summary}── outputs ${JSON.stringify(result.outputs)}\n── exit ${result.code}`,
    );
  }
  process.exitCode = result.code;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function actionIn(folder) {
  return parse(readFileSync(join(folder, 'action.yml'), 'utf8'));
}

function options() {
  try {
    const { values: given } = parseArgs({
      options: {
        input: { type: 'string', multiple: true, default: [] },
        workspace: { type: 'string' },
        clone: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (given.help) {
      console.log(help());
      process.exit(0);
    }
    return given;
  } catch (error) {
    refuse(error.message);
  }
}

function help() {
  const { inputs } = actionIn(root);
  const lines = Object.entries(inputs).map(
    ([name, { description, required }]) =>
      `  ${name.padEnd(18)} ${description.trim()}${required === true ? ' Required.' : ''}`,
  );
  return `Runs action.yml as a GitHub runner would.

  node scripts/try-action.mjs --input name=value … [--workspace folder] [--clone] [--json]

  --workspace        the repository that uses the action: files that inputs name are looked for there;
                     a fresh folder with the baselines of this one otherwise
  --clone            the action in a fresh clone of this repository, which installs itself; this checkout otherwise
  --json             what came of it as one JSON document

Inputs:
${lines.join('\n')}`;
}

function refuse(message) {
  console.error(`error: ${message}\n  node scripts/try-action.mjs --help`);
  process.exit(USAGE);
}

function inputsGiven() {
  return Object.fromEntries(values.input.map((pair) => split(pair) ?? refuse(`--input ${pair}: expected name=value`)));
}

/** What GitHub would refuse, or pass on as empty, before anything runs. */
function checkInputs({ inputs }, given) {
  const names = Object.keys(inputs);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) refuse(`the action takes no input ${unknown}; it takes ${names.join(', ')}`);
  const missing = names.find((name) => inputs[name].required === true && given[name] === undefined);
  if (missing !== undefined) refuse(`the input ${missing} is required: --input ${missing}=…`);
  if (values.workspace !== undefined) {
    if (!existsSync(values.workspace)) refuse(`--workspace ${values.workspace} does not exist`);
  } else if (/\.(ya?ml|json)$/.test(given.scenario))
    // It would be looked for in a fresh folder.
    refuse(`the scenario ${given.scenario} is a file, and no --workspace says where it lies: --workspace . for here`);
}

/** Null where there is no equals sign. */
function split(pair) {
  const at = pair.indexOf('=');
  return at < 1 ? null : [pair.slice(0, at), pair.slice(at + 1)];
}

/** The action would install itself over what is here; that is for a clone. */
function built() {
  if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) refuse('this checkout is not built: npm run build');
  return root;
}

function clone() {
  const folder = join(scratch, 'action');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, folder], { stdio: 'inherit' });
  return folder;
}

/** A repository of someone who uses the action. */
function workspace() {
  if (values.workspace !== undefined) return resolve(values.workspace);
  const folder = join(scratch, 'workspace');
  mkdirSync(join(folder, 'reports'), { recursive: true });
  const baselines = join(root, 'reports', 'baselines');
  if (existsSync(baselines)) cpSync(baselines, join(folder, 'reports', 'baselines'), { recursive: true });
  return folder;
}

function runAction(actionPath, cwd, given) {
  const action = actionIn(actionPath);
  if (action.runs.using !== 'composite') throw new Error(`action.yml runs ${action.runs.using}; expected composite`);
  const inputs = {};
  for (const [name, { default: fallback = '' }] of Object.entries(action.inputs)) {
    inputs[name] = given[name] ?? String(fallback);
  }
  const temp = join(scratch, 'temp');
  mkdirSync(temp, { recursive: true });
  const outputs = {};
  const context = { inputs, github: { action_path: actionPath }, runner: { temp }, steps: outputs };
  const steps = [];
  let summary = '';
  for (const [number, step] of action.runs.steps.entries()) {
    const done = runStep(step, number, context, cwd);
    steps.push({ name: step.name, code: done.code, log: done.log });
    summary += done.summary;
    if (step.id !== undefined) outputs[step.id] = { outputs: done.outputs };
    // No step of ours has a condition: the first that fails ends the action.
    if (done.code !== 0) break;
  }
  const own = Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value, context)]);
  return { code: steps.at(-1).code, summary, outputs: Object.fromEntries(own), steps };
}

function runStep(step, number, context, cwd) {
  for (const key of ['uses', 'if', 'continue-on-error']) {
    if (step[key] !== undefined) throw new Error(`step ${step.name} has '${key}', which this script does not play`);
  }
  if (step.shell !== 'bash')
    throw new Error(`step ${step.name}: a composite action must name its shell; expected bash`);
  if (step.run.includes('$' + '{{'))
    throw new Error(`step ${step.name}: an expression in a script lets inputs run as code`);
  const { temp } = context.runner;
  const file = (name) => {
    const path = join(temp, `${name}-${number}`);
    writeFileSync(path, '');
    return path;
  };
  const [script, output, summary] = [file('script'), file('output'), file('summary')];
  writeFileSync(script, step.run);
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTION_PATH: context.github.action_path,
    GITHUB_WORKSPACE: cwd,
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    RUNNER_TEMP: temp,
    ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(String(value), context)])),
  };
  const folder = resolve(cwd, fill(step['working-directory'] ?? '.', context));
  const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  if (ran.error !== undefined) throw ran.error;
  const written = readFileSync(summary, 'utf8');
  const tooLarge = Buffer.byteLength(written) > MOST_SUMMARY;
  return {
    code: ran.status ?? 1,
    log: `${ran.stdout}${ran.stderr}${tooLarge ? 'the step summary is larger than 1 MiB: dropped\n' : ''}`,
    summary: tooLarge ? '' : written,
    outputs: Object.fromEntries(
      readFileSync(output, 'utf8')
        .split('\n')
        .filter((line) => line.includes('='))
        .map(split),
    ),
  };
}

/** Expressions that are paths into the context; a missing value is empty, as with GitHub. */
function fill(text, context) {
  return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, path) =>
    String(path.split('.').reduce((value, key) => value?.[key], context) ?? ''),
  );
}
