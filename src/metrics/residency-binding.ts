/**
 * What a configuration is short of where it fails thresholds on where lookups find adapters, and no other: what requests wait for says
 * nothing of that.
 */
import type { Verdict } from './thresholds.ts';

const HOST = 'host memory for adapters (serving.tiers.host.capacity)';

/** The tier that a share of lookups is of, as the resource to have more of. */
const TIERS: Readonly<Record<string, string | undefined>> = {
  hit_ratio_gpu: 'GPU slots (serving.slots)',
  hit_ratio_host: HOST,
  cold_ratio: HOST,
  hit_ratio_disk: 'local disks (serving.tiers.disk.capacity)',
};

/** Null where a threshold that fails is on something else. */
export function residencyShortage(
  failing: readonly Verdict[],
  value: (name: string) => number,
): { resource: string; evidence: string[] } | null {
  const tiers = failing.flatMap(({ metric }) => TIERS[metric.replace(/^byte_/, '')] ?? []);
  if (tiers.length === 0 || tiers.length < failing.length) return null;
  const percent = (share: number) => `${Number((100 * share).toPrecision(3))}%`;
  const [gpu, host, disk] = ['gpu', 'host', 'disk'].map((tier) => value(`hit_ratio_${tier}`));
  return {
    resource: tiers[0],
    evidence: [
      `lookups find the adapter on the GPU in ${percent(gpu)} of the cases, in host memory in ${percent(host)}, on the disk only in ${percent(disk)}, nowhere on the node in ${percent(Math.max(0, 1 - gpu - host - disk))}`,
    ],
  };
}
