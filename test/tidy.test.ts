/** Rules about the sources themselves, after TigerBeetle's tidy: what no type checker sees and every review would have to. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const filesOf = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(normalize(`${ROOT}/`).length))
    .filter((file) => !file.includes('build/'))
    .sort();

const SOURCES = filesOf('src', /\.ts$/);
const TESTS = filesOf('test', /\.ts$/);
const SCRIPTS = filesOf('scripts', /\.mjs$/);
const BENCH = existsSync(join(ROOT, 'bench')) ? filesOf('bench', /\.ts$/) : [];
const CODE = [...SOURCES, ...TESTS, ...SCRIPTS, ...BENCH];

/** Repository paths of what a file imports by a relative path, statically or dynamically; type-only imports count. */
function importsOf(file: string): string[] {
  const specifiers = read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g);
  return Array.from(specifiers, ([, specifier]) => normalize(join(dirname(file), specifier)));
}

/** `file:line: text` for every line that matches. */
function findLines(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
}

describe('the simulator', () => {
  const simulator = SOURCES.filter((file) => file.startsWith('src/sim/'));
  const codeLines = (pattern: RegExp) => findLines(simulator, pattern).filter((line) => !/: (\*|\/\/|\/\*)/.test(line));

  test('knows no clock, no machine, no locale and no randomness but its streams', () => {
    expect(codeLines(/\bDate\b|\bperformance\.|\bMath\.random\b|\bIntl\b|\blocaleCompare\b|\btoLocale\w+/)).toEqual([]);
    expect(codeLines(/\bprocess\.(env|argv|hrtime|pid|cwd|uptime|platform|arch|version|memoryUsage|std)/)).toEqual([]);
    expect(codeLines(/from 'node:/)).toEqual([]);
    expect(codeLines(/\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bawait\b/)).toEqual([]);
  });

  test('keeps no state in modules', () => {
    expect(codeLines(/^(export )?(let|var) /).filter((line) => !line.startsWith('bench'))).toEqual([]);
  });
});

describe('imports', () => {
  /** A folder of src/ imports itself and what stands below it; `report` reads run folders and no engine. */
  const BELOW: Readonly<Record<string, readonly string[]>> = {
    scenario: [],
    sim: ['scenario'],
    real: ['scenario'],
    metrics: ['scenario', 'sim'],
    run: ['scenario', 'sim', 'real', 'metrics'],
    study: ['scenario', 'sim', 'real', 'metrics', 'run'],
    report: ['scenario', 'metrics'],
    cli: ['scenario', 'sim', 'real', 'metrics', 'run', 'study', 'report', 'docs'],
    docs: ['scenario', 'sim', 'real', 'metrics', 'run', 'study', 'report', 'cli'],
  };
  const folderOf = (file: string) => file.split('/')[1];

  test('run one way', () => {
    const wrong = SOURCES.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('src/'))
        .filter((target) => folderOf(target) !== folderOf(file) && !BELOW[folderOf(file)].includes(folderOf(target)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('take zod as a namespace, statically: otherwise the bundle holds all of it, fifty languages included', () => {
    expect(findLines(SOURCES, /\{ z \} from 'zod'|import\('zod'\)/)).toEqual([]);
  });

  test('lead to files that exist, by their whole name', () => {
    const wrong = [...SOURCES, ...TESTS, ...BENCH].flatMap((file) =>
      importsOf(file)
        .filter((target) => !existsSync(join(ROOT, target)) || !/\.(ts|js|mjs|json)$/.test(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong.filter((line) => !line.includes('dist/'))).toEqual([]);
  });

  test('reach every source file from what is built, and every test helper from a test', () => {
    const reached = new Set<string>();
    const visit = (file: string) => {
      if (reached.has(file) || !existsSync(join(ROOT, file))) return;
      reached.add(file);
      if (file.endsWith('.ts')) for (const target of importsOf(file)) visit(target);
    };
    // Entry points, and files that a test starts a process on, are named in strings.
    for (const script of SCRIPTS)
      for (const [path] of read(script).matchAll(/(?:src|bench)\/[\w/-]+\.ts/g)) visit(path);
    for (const file of TESTS.filter((name) => name.endsWith('.test.ts'))) {
      reached.add(file);
      for (const target of importsOf(file)) if (target.startsWith('test/')) visit(target);
      for (const [, path] of read(file).matchAll(/'(?:test\/)?([\w/-]+\.ts)'/g)) {
        visit(`test/${path}`);
        visit(join(dirname(file), path));
      }
    }
    // A small library of its own: tested against definitions, and used by whatever compares runs.
    const library = (file: string) => file.startsWith('src/metrics/statistics/');
    expect([...SOURCES, ...TESTS].filter((file) => !reached.has(file) && !library(file))).toEqual([]);
  });
});

/** Policies, laws, cost models, figures: their entry says what they are. */
const isMember = (file: string) =>
  !file.endsWith('/index.ts') && /^export const \w+: (\w*Entry|Figure|StudyFigure)(<.*)? = \{/m.test(read(file));

test('every member of a family stands in its record', () => {
  const missing = SOURCES.filter(isMember)
    .map((file) => ({ file, record: join(dirname(file), 'index.ts') }))
    .filter(({ file, record }) => existsSync(join(ROOT, record)) && !importsOf(record).includes(file))
    .map(({ file, record }) => `${file} is not in ${record}`);
  expect(missing).toEqual([]);
  expect(SOURCES.filter(isMember).length).toBeGreaterThan(60);
});

describe('files', () => {
  /** A few screens. */
  const MOST_LINES = 600;

  test(`have at most ${MOST_LINES} lines`, () => {
    const long = [...SOURCES, ...TESTS].filter((file) => read(file).split('\n').length > MOST_LINES);
    expect(long).toEqual([]);
  });

  test('begin by saying what they are for', () => {
    expect(SOURCES.filter((file) => !isMember(file) && !/^\/(\*\*|\/)/.test(read(file)))).toEqual([]);
  });

  test('leave nothing for later, and name no machine', () => {
    const here = (line: string) => !line.startsWith('test/tidy.test.ts');
    expect(findLines(CODE, /\b(TODO|FIXME|XXX|HACK)\b/).filter(here)).toEqual([]);
    const documents = readdirSync(ROOT).filter((file) => file.endsWith('.md'));
    const machine = /(^|[^\w.])\/(work|home|Users|root)\/\w|\.\.\/shared\/(data|facts|design)/;
    expect(findLines([...CODE, ...filesOf('scenarios', /\.ya?ml$/), ...documents], machine).filter(here)).toEqual([]);
  });

  test('hold no test that runs alone, and none that is left out without a condition', () => {
    const tests = TESTS.filter((file) => file !== 'test/tidy.test.ts');
    expect(findLines(tests, /\b(it|test|describe)\.(only|todo|skip)\b/)).toEqual([]);
    expect(findLines(tests, /\b(it|test|describe)(\.each\(.*\))?\.(fails|concurrent)\b/)).toEqual([]);
  });
});
