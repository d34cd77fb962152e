import { afterAll, expect, it } from 'vitest';
import { KernelCrash, KernelProcess } from '../../src/real/isolate.ts';
import { startKernels } from './kernel-process.ts';

const { kernels, close } = startKernels('test/real/crashing-child.ts');
afterAll(close);

const alive = async (): Promise<number> =>
  ((await kernels.run({ op: 'probe', backend: 'cpu' })) as unknown as { pid: number }).pid;

it('survives a crash and says how the child ended', async () => {
  const first = await alive();
  expect(await alive()).toBe(first);
  const crash = kernels.run({ op: 'roofline', backend: 'cpu', quick: true });
  await expect(crash).rejects.toThrow(KernelCrash);
  await expect(crash).rejects.toThrow(/SIGSEGV: driver: something is very wrong/);
  expect(await alive()).not.toBe(first);
  await expect(kernels.run({ op: 'probe', backend: 'cuda' })).rejects.toThrow(/exit code 7/);
  expect(await alive()).toBeGreaterThan(0);
});

it('hands on what a job throws, and keeps the child', async () => {
  const before = await alive();
  await expect(kernels.run({ op: 'probe', backend: 'webgpu' })).rejects.toThrow('no such device');
  expect(await alive()).toBe(before);
});

it('looks for plain JavaScript without a child', async () => {
  const here = new KernelProcess('/nonexistent/child.js');
  expect(await here.run({ op: 'probe', backend: 'js' })).toMatchObject({ usable: true });
  await expect(here.run({ op: 'probe', backend: 'cpu' })).rejects.toMatchObject({
    name: 'EnvironmentError',
    remedy: 'npm run build',
  });
  await here.close();
});

it('ends what plain JavaScript computes at an interrupt, and hears of it meanwhile', async () => {
  const interrupt = new AbortController();
  const { kernels: own, close: end } = startKernels('src/real/child.ts', interrupt.signal);
  const job = own.run({ op: 'roofline', backend: 'js', quick: false });
  setTimeout(() => interrupt.abort(), 300);
  await expect(job).rejects.toThrow(/SIGKILL/);
  await end();
});
