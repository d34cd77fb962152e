import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newManifest } from '../../src/run/identity.ts';
import { RunFolderWriter, readManifest } from '../../src/run/run-folder.ts';
import { EnvironmentError } from '../../src/scenario/errors.ts';
import { run, small, temporaryFolder } from './small.ts';

const manifest = newManifest(small(), 'abc', 'mint-bench run small.yaml', '0.0.0');
const HARNESS = {
  wall_s: 1,
  simulate_s: 1,
  workers: 1,
  events: 1,
  events_per_s: 1,
  requests_per_s: 1,
  peak_rss_bytes: 1,
  finished: '',
};

/** The number of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['--version']).pid;

describe('a run folder', () => {
  test('appears whole: what is written stands beside it until it is finished', () => {
    const out = temporaryFolder();
    const path = join(out, 'small-1');
    const writer = new RunFolderWriter(path, manifest);
    writer.write('summary.json', '{}');
    expect(readdirSync(out)).toEqual([`small-1.partial-${process.pid}`]);
    expect(JSON.parse(readFileSync(join(writer.partial, 'manifest.json'), 'utf8'))).toMatchObject({
      status: 'running',
    });
    expect(readManifest(writer.partial)).toBeNull();
    writer.commit(HARNESS);
    expect(readdirSync(out)).toEqual(['small-1']);
    expect(readManifest(path)).toMatchObject({ status: 'complete', files: ['manifest.json', 'summary.json'] });
  });

  test('takes the place of the one that was there, with nothing left of it', () => {
    const path = join(temporaryFolder(), 'small-1');
    for (const name of ['old.txt', 'new.txt']) {
      const writer = new RunFolderWriter(path, manifest);
      writer.write(name, '');
      writer.commit(HARNESS);
    }
    expect(readdirSync(path)).toEqual(['manifest.json', 'new.txt']);
    expect(readdirSync(join(path, '..'))).toEqual(['small-1']);
  });

  test('clears away what killed runs of the same scenario left, and nothing else', () => {
    const out = temporaryFolder();
    const pid = deadPid();
    const others = ['small-12', 'small-12.partial-7x', `small.partial-${pid}`, `small-1.partial-${process.ppid}`, 'x'];
    for (const name of [...others, `small-1.partial-${pid}`, `small-1.old-${pid}`]) mkdirSync(join(out, name));
    new RunFolderWriter(join(out, 'small-1'), manifest).commit(HARNESS);
    expect(readdirSync(out).sort()).toEqual([...others, 'small-1'].sort());
  });

  test('starts empty where a killed run had the same process number', () => {
    const out = temporaryFolder();
    const left = join(out, `small-1.partial-${process.pid}`);
    mkdirSync(left);
    writeFileSync(join(left, 'half.arrow'), '');
    new RunFolderWriter(join(out, 'small-1'), manifest).commit(HARNESS);
    expect(readdirSync(join(out, 'small-1'))).toEqual(['manifest.json']);
  });

  test('is not a result before its manifest says so', () => {
    const out = temporaryFolder();
    expect(readManifest(join(out, 'nothing'))).toBeNull();
    for (const text of ['', '{', 'null', '{"status":"running"}']) {
      writeFileSync(join(out, 'manifest.json'), text);
      expect(readManifest(out)).toBeNull();
    }
  });
});

describe('results that cannot be written', () => {
  test('below a file, or under a name that is too long: the path, the reason and what to do', () => {
    const out = temporaryFolder();
    writeFileSync(join(out, 'file'), '');
    for (const path of [join(out, 'file', 'small-1'), join(out, 'x'.repeat(300))]) {
      const thrown = thrownBy(() => new RunFolderWriter(path, manifest));
      expect(thrown).toBeInstanceOf(EnvironmentError);
      expect(thrown.message).toContain(`The results could not be written to ${path}: `);
      expect(thrown.remedy).toContain('--out');
    }
    expect(readdirSync(out)).toEqual(['file']);
  });

  // A file system of 64 KiB: room for the manifest and the first tables, not for all. Mounting takes a superuser.
  test.skipIf(!canMount())('on a disk that is full: nothing half-written stays, the message says so', async () => {
    const disk = mountDisk('64k');
    const failing = run(small(), { out: join(disk, 'runs') });
    await expect(failing).rejects.toThrow(/could not be written to .*: the disk is full\.$/);
    await expect(failing).rejects.toMatchObject({
      name: 'EnvironmentError',
      remedy: expect.stringContaining('Free some'),
    });
    expect(readdirSync(join(disk, 'runs'))).toEqual([]);
  });

  test.skipIf(!canMount())(
    'on a disk that fills up while the report is drawn: the folder goes, a finished one stays',
    async () => {
      const disk = mountDisk('2m');
      const first = await run(small(), { out: disk });
      const finish = async (partial: string) => writeFileSync(join(partial, 'report.html'), Buffer.alloc(4 << 20));
      await expect(run(small(), { out: disk, finish })).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(readdirSync(disk)).toEqual([first.folder.slice(disk.length + 1)]);
      expect(existsSync(join(first.folder, 'summary.json'))).toBe(true);
    },
  );
});

function thrownBy(action: () => unknown): EnvironmentError {
  try {
    action();
  } catch (error) {
    return error as EnvironmentError;
  }
  throw new Error('nothing was thrown');
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const script = 'mount -t tmpfs -o size=64k tmpfs /mnt && umount /mnt';
  return spawnSync('unshare', ['-m', 'sh', '-c', script]).status === 0;
}

function mountDisk(size: string): string {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => {
    execFileSync('umount', [folder]);
  });
  return folder;
}
