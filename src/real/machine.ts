/**
 * What a measurement was taken on. A timing may be set beside another only where the fingerprints are equal, and a
 * calibration profile is bound to one.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

export interface Machine {
  platform: string;
  arch: string;
  cpu: string;
  /** Processors this process may use. */
  threads: number;
  memoryBytes: number;
  /** Last-level cache in bytes as the kernel reports it; 0 where it does not. */
  cacheBytes: number;
  node: string;
  kernel: string;
}

export function cpuName(): string {
  return cpus()[0]?.model.trim().replace(/\s+/g, ' ') ?? 'unknown CPU';
}

/** Largest cache that Linux lists for the first processor. */
export function lastLevelCacheBytes(): number {
  let largest = 0;
  for (let index = 0; index < 8; index++) {
    const path = `/sys/devices/system/cpu/cpu0/cache/index${index}/size`;
    if (!existsSync(path)) continue;
    const match = /^(\d+)([KMG]?)/.exec(readFileSync(path, 'utf8'));
    if (match === null) continue;
    largest = Math.max(largest, Number(match[1]) * ({ '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[match[2]] ?? 1));
  }
  return largest;
}

export function describeMachine(): Machine {
  return {
    platform: platform(),
    arch: arch(),
    cpu: cpuName(),
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    cacheBytes: lastLevelCacheBytes(),
    node: process.versions.node,
    kernel: release(),
  };
}

/** Twelve hexadecimal digits over what makes timings comparable: processor, threads, device, backend variant. */
export function fingerprint(machine: Machine, device: string, variant: string): string {
  const parts = [machine.platform, machine.arch, machine.cpu, machine.threads, device, variant];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}
