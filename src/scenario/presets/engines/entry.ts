/**
 * What an engine preset is: defaults of the serving section that make a replica do what a published engine does. Values are as a
 * scenario writes them; anything that the scenario writes itself takes precedence. Sizes that a deployer chooses (slots, host
 * memory) are left alone, and so is what a step costs, which belongs to a calibration of the engine's version.
 */
export interface Setting {
  readonly value: unknown;
  /** The engine's own name for it, or where its behaviour is described. */
  readonly source: string;
}

export interface EngineEntry {
  /** One line, no full stop. */
  readonly summary: string;
  readonly source: string;
  /** By dotted path below `serving`. */
  readonly sets: Readonly<Record<string, Setting>>;
  /** What the engine does that the preset leaves out. */
  readonly leaves: string;
  /** Defaults that the engine takes on larger GPUs instead of those under `sets`, which are those of smaller ones. */
  readonly larger?: {
    /** Of one GPU, bytes: from here on. */
    readonly memory: number;
    /** GPUs that the engine counts as smaller all the same, by name. */
    readonly except: RegExp;
    readonly values: Readonly<Record<string, number>>;
    readonly source: string;
  };
  /** Shipped calibrations of versions of this engine, oldest first; absent: none was fitted. */
  readonly calibrations?: readonly string[];
}
