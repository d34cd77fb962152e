/** Trained from interaction: an adapter is trained anew when it has gathered enough of it. 4 bytes an adapter. */
import type { UpdateLaw } from './law.ts';

export class Interaction implements UpdateLaw {
  readonly nextNs = Number.POSITIVE_INFINITY;
  readonly adapter = 0;
  private readonly gathered: Float32Array;
  private readonly enough: number;
  private readonly ofRequest: (tokens: number) => number;

  /** @param enough of what `ofRequest` says that a request adds */
  constructor(adapters: number, enough: number, ofRequest: (tokens: number) => number) {
    this.gathered = new Float32Array(adapters);
    this.enough = enough;
    this.ofRequest = ofRequest;
  }

  advance(): void {}

  served(adapter: number, tokens: number): boolean {
    this.gathered[adapter] += this.ofRequest(tokens);
    return this.gathered[adapter] >= this.enough;
  }

  taken(adapter: number): void {
    this.gathered[adapter] = 0;
  }
}
