/**
 * Device time of compute passes: timestamp queries where the device has them, the clock around submit and completion
 * otherwise (which adds the host's latency, and `timingMethod` says so).
 */
/// <reference types="@webgpu/types" />
import { hrtime } from 'node:process';

export function timingMethod(device: GPUDevice): string {
  return device.features.has('timestamp-query') ? 'timestamp queries' : 'host clock around each submission';
}

/** Nanoseconds of each of `samples` passes; `before` may encode work that is not timed (a cache flush). */
export async function timePasses(
  device: GPUDevice,
  samples: number,
  encode: (pass: GPUComputePassEncoder) => void,
  before?: (encoder: GPUCommandEncoder) => void,
): Promise<Float64Array> {
  const times = new Float64Array(samples);
  if (!device.features.has('timestamp-query')) {
    for (let i = 0; i < samples; i++) {
      const encoder = device.createCommandEncoder();
      before?.(encoder);
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      const timed = device.createCommandEncoder();
      const pass = timed.beginComputePass();
      encode(pass);
      pass.end();
      const start = hrtime.bigint();
      device.queue.submit([timed.finish()]);
      await device.queue.onSubmittedWorkDone();
      times[i] = Number(hrtime.bigint() - start);
    }
    return times;
  }
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const resolved = device.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const readable = device.createBuffer({
    size: 16 * samples,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  for (let i = 0; i < samples; i++) {
    const encoder = device.createCommandEncoder();
    before?.(encoder);
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
    encode(pass);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readable, 16 * i, 16);
    device.queue.submit([encoder.finish()]);
    // Bounded queueing: a driver may stop a device that has seconds of work in flight.
    if (i % 8 === 7) await device.queue.onSubmittedWorkDone();
  }
  await readable.mapAsync(GPUMapMode.READ);
  const stamps = new BigUint64Array(readable.getMappedRange());
  for (let i = 0; i < samples; i++) times[i] = Number(stamps[2 * i + 1] - stamps[2 * i]);
  readable.unmap();
  for (const buffer of [resolved, readable]) buffer.destroy();
  querySet.destroy();
  return times;
}
