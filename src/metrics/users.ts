/**
 * What is kept of every user: 16 bytes in one record, so that a request costs one cache line. Service as float64, then ended
 * requests as uint32 and the sum of speeds as float32.
 */

/** Service of a request as VTC counts it (Sheng et al., OSDI 2024): prompt tokens once, output tokens twice. */
export const PROMPT_WEIGHT = 1;
export const OUTPUT_WEIGHT = 2;

const BYTES = 16;

export class UserRecords {
  readonly count: number;
  readonly bytes: ArrayBuffer;
  private readonly f64: Float64Array;
  private readonly u32: Uint32Array;
  private readonly f32: Float32Array;

  /** Of `users` users without any request, or of the records of a cell's result. */
  constructor(users: number | ArrayBuffer) {
    this.bytes = typeof users === 'number' ? new ArrayBuffer(users * BYTES) : users;
    this.count = this.bytes.byteLength / BYTES;
    this.f64 = new Float64Array(this.bytes);
    this.u32 = new Uint32Array(this.bytes);
    this.f32 = new Float32Array(this.bytes);
  }

  /**
   * Requests finished; speed: time alone / end-to-end time. Users are scattered over memory: a loop that does nothing else lets
   * the processor overlap their cache misses, which cost more than all other recording of a request.
   */
  served(users: Int32Array, services: Float64Array, speeds: Float64Array, n: number): void {
    const { f64, u32, f32 } = this;
    for (let i = 0; i < n; i++) {
      const user = users[i];
      f64[user * 2] += services[i];
      u32[user * 4 + 2]++;
      f32[user * 4 + 3] += speeds[i];
    }
  }

  /** A request ended without an answer. */
  refused(user: number): void {
    this.u32[user * 4 + 2]++;
  }

  /** Service tokens, weighted. */
  service(user: number): number {
    return this.f64[user * 2];
  }

  /** Requests that ended, in whatever state: all that arrived, once the run is over. */
  requests(user: number): number {
    return this.u32[user * 4 + 2];
  }

  /** Mean speed over the user's requests; one that was not served counts as 0. */
  speed(user: number): number {
    const requests = this.requests(user);
    return requests === 0 ? 0 : this.f32[user * 4 + 3] / requests;
  }
}
