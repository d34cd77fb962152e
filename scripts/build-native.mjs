// Builds native/ into native/build/: mint_native_cpu.node wherever there is a C++20 compiler and CMake, mint_native_cuda.node (and
// its emulation for the tests) where nvcc is found too. Downloads nothing: headers come from node_modules. Options used are
// written beside the binaries. Exit codes: 0 built, 2 wrong usage, 4 no compiler or CMake, 1 the build failed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'native', 'build');

function stop(code, ...lines) {
  for (const line of lines) console.error(`build:native: ${line}`);
  process.exit(code);
}

/** Full path of the first of these programs on PATH, or undefined. */
function find(...names) {
  for (const name of names.filter(Boolean)) {
    if (name.includes('/') && existsSync(name)) return name;
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      if (existsSync(join(folder, name))) return join(folder, name);
    }
  }
}

function firstLine(program, ...args) {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return (stdout ?? '').trim().split('\n').at(-1);
}

function options() {
  try {
    return parseArgs({
      options: {
        cuda: { type: 'string', default: 'auto' },
        'cuda-architectures': { type: 'string', default: '80-real;90a-real;90-virtual' },
        clean: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    stop(2, error.message, 'options: --cuda auto|on|off, --cuda-architectures LIST, --clean, --help');
  }
}

const chosen = options();
if (chosen.help) {
  console.log(`usage: npm run build:native -- [options]
  --cuda auto|on|off           build the CUDA addon: where nvcc is found (auto), or fail without it (on)
  --cuda-architectures LIST    CMake's list, for instance "80-real;90a-real;90-virtual" (the default)
  --clean                      start from an empty native/build`);
  process.exit(0);
}
if (!['auto', 'on', 'off'].includes(chosen.cuda)) stop(2, `--cuda must be auto, on or off, not '${chosen.cuda}'`);

const cmake = find('cmake');
const compiler = find(process.env.CXX, 'c++', 'g++', 'clang++');
if (!cmake || !compiler) {
  stop(
    4,
    `needs ${[!cmake && 'CMake 3.20 or later', !compiler && 'a C++20 compiler (g++ 11, clang++ 14 or later)'].filter(Boolean).join(' and ')}, not found on PATH`,
    'Debian and Ubuntu: apt-get install g++ cmake ninja-build; macOS: xcode-select --install, brew install cmake',
    'mint-bench works without: its js backend computes the same operator (mint-bench doctor shows what is usable)',
  );
}
const headers = ['node-api-headers/include', 'node-addon-api'].map((path) => join(root, 'node_modules', path));
const missing = headers.find((path) => !existsSync(path));
if (missing) stop(4, `${missing} is missing: run npm ci with development dependencies first`);
const nvcc = chosen.cuda === 'off' ? undefined : find(process.env.CUDACXX, 'nvcc', '/usr/local/cuda/bin/nvcc');
if (chosen.cuda === 'on' && !nvcc) stop(4, '--cuda on, but nvcc is neither on PATH, in CUDACXX nor in /usr/local/cuda');

if (chosen.clean) rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const work = join(output, 'cmake');
const configure = [
  ...['-S', join(root, 'native'), '-B', work, ...(find('ninja') ? ['-G', 'Ninja'] : [])],
  '-DCMAKE_BUILD_TYPE=Release',
  `-DCMAKE_CXX_COMPILER=${compiler}`,
  `-DNODE_API_INCLUDE=${headers.join(';')}`,
  `-DMINT_OUTPUT_DIR=${output}`,
  `-DMINT_CUDA=${nvcc ? 'ON' : 'OFF'}`,
  ...(nvcc ? [`-DCMAKE_CUDA_COMPILER=${nvcc}`, `-DMINT_CUDA_ARCHITECTURES=${chosen['cuda-architectures']}`] : []),
];
let log = '';
const targets = `the CPU kernels${nvcc ? `, and CUDA for ${chosen['cuda-architectures']}` : ''}`;
console.log(
  `build:native: compiling ${targets} with ${compiler} on ${availableParallelism()} threads: a minute or two`,
);
for (const args of [configure, ['--build', work, '--parallel', String(availableParallelism())]]) {
  const { status, stdout, stderr } = spawnSync(cmake, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  log += stdout + stderr;
  if (status !== 0) stop(1, `cmake ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
}
/** Registers, spills and shared memory of each kernel, as ptxas printed them; nothing where nothing was compiled. */
function kernelResources(text) {
  const resources = [];
  const pattern =
    /Compiling entry function '(\w+)' for '(\w+)'[\s\S]*?(\d+) bytes spill stores, (\d+) bytes spill loads[\s\S]*?Used (\d+) registers(?:.*?(\d+) bytes smem)?/g;
  for (const [, symbol, architecture, stores, loads, registers, shared] of text.matchAll(pattern)) {
    const name = /^_ZN4mint\d+([a-z]\w*?)(?:INS_4(Bf16|Fp16)E|I(f)E|E)/.exec(symbol);
    const type = name === null ? '' : (name[2] ?? (name[3] && 'fp32') ?? '').toLowerCase();
    resources.push({
      kernel: name === null ? symbol : `${name[1]}${type && ` ${type}`}`,
      architecture,
      registers: Number(registers),
      spill_bytes: Number(stores) + Number(loads),
      static_shared_bytes: Number(shared ?? 0),
    });
  }
  return resources;
}
const resources = kernelResources(log);
if (resources.length > 0) {
  const lines = resources.map((row) => `  ${JSON.stringify(row)}`).sort();
  writeFileSync(join(output, 'cuda-kernels.json'), `[\n${lines.join(',\n')}\n]\n`);
}

const built = ['cpu', 'cuda', 'cuda_emulated'].map((name) => `mint_native_${name}.node`);
const files = built.filter((name) => existsSync(join(output, name)));
const record = {
  files,
  compiler: `${compiler}: ${spawnSync(compiler, ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0]}`,
  cmake: firstLine(cmake, '--version') && spawnSync(cmake, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0],
  nvcc: nvcc ? `${nvcc}: ${firstLine(nvcc, '--version')}` : null,
  cudaArchitectures: nvcc ? chosen['cuda-architectures'].split(';') : [],
  napi: 8,
  platform: `${process.platform}-${process.arch}`,
};
writeFileSync(join(output, 'build-options.json'), `${JSON.stringify(record, null, 2)}\n`);
console.log(`build:native: ${files.join(', ')} in native/build${nvcc ? '' : ' (no nvcc: without CUDA)'}`);
