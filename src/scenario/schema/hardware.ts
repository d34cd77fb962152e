/** The part of the schema that says what the system runs on: `hardware`. */
import * as z from 'zod';
import { bandwidth, bytes, count, duration, number, power } from '../units.ts';
import { gpuSchema } from './base.ts';

const disk = z.strictObject({
  capacity: bytes({ max: 1e18 }).prefault('15TB').describe('Size of the local disks of a node.'),
  bandwidth: bandwidth({ above: 0 }).prefault('12GB/s').describe('Read bandwidth of the local disks of a node.'),
  latency: duration({ max: 3600 }).prefault('100us').describe('Time before the first byte.'),
});

const network = z.strictObject({
  bandwidth: bandwidth({ above: 0 }).prefault('100Gbit/s').describe('From storage into one node.'),
  latency: duration({ max: 3600 }).prefault('50us').describe('Time before the first byte.'),
});

const node = z.strictObject({
  host_memory: bytes({ above: 0, max: 1e16 }).prefault('2TiB').describe('Memory of one node.'),
  disk: disk.prefault({}).describe('Local disks of one node.'),
  network: network.prefault({}).describe('Network of one node towards the object store.'),
  price_per_hour: number({ max: 1e6 }).prefault(0).describe('US dollars an hour for a node without its GPUs.'),
  power: power({ max: 1e6 }).prefault('1kW').describe('Watts of a node without its GPUs.'),
});

const objectStore = z.strictObject({
  bandwidth: bandwidth({ above: 0, infinity: true })
    .prefault('none')
    .describe('Of the whole store, shared by all cells; none: never the limit.'),
  latency: duration({ max: 3600 }).prefault('30ms').describe('Time before the first byte of an object.'),
  concurrency: count({ min: 1, max: 1e6 }).prefault(64).describe('Objects in flight per node.'),
  interval: duration({ above: 0 })
    .prefault('1s')
    .describe('How often cells exchange their demand on the shared bandwidth.'),
});

export const hardwareSchema = () =>
  z.strictObject({
    gpu: gpuSchema().describe('GPU preset such as h200, {preset: h200, …changes}, or its numbers.'),
    gpus_per_node: count({ min: 1, max: 1024 }).prefault(8).describe('GPUs of one node.'),
    parallel: z
      .strictObject({
        tensor: count({ min: 1, max: 1024 }).prefault(1).describe('GPUs that split each layer.'),
        pipeline: count({ min: 1, max: 1024 }).prefault(1).describe('Stages of layers.'),
        expert: count({ min: 1, max: 4096 })
          .prefault(1)
          .describe('GPUs of the replica that the experts are spread over.'),
      })
      .prefault({})
      .describe('GPUs of one replica are tensor × pipeline.'),
    replicas: count({ min: 1, max: 65_536 }).prefault(1).describe('Replicas of the base model, whole system.'),
    cells: count({ min: 1, max: 4096 })
      .prefault(1)
      .describe('Groups of replicas with users of their own; routing happens inside a cell. Divides replicas.'),
    node: node.prefault({}).describe('Everything of a node but its GPUs.'),
    object_store: objectStore.prefault({}).describe('Where every adapter is kept.'),
  });
