/** Puts an engine preset's defaults under what the serving section of a scenario says, and tells afterwards which of them hold. */
import { ENGINES } from './index.ts';

type Section = Record<string, unknown>;

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys that name a family's member: parameters of another member are no use to the one that is written. */
const MEMBER_KEYS = ['policy', 'model', 'law', 'mode'];

/** `written` stays as it is where it names no engine, or one that does not exist. */
export function applyEngine(written: unknown): unknown {
  if (!isSection(written) || typeof written.engine !== 'string' || !Object.hasOwn(ENGINES, written.engine))
    return written;
  const section: Section = { ...written };
  for (const [path, { value }] of Object.entries(ENGINES[written.engine].sets))
    setDefault(section, path.split('.'), value);
  return section;
}

function setDefault(section: Section, [key, ...rest]: string[], value: unknown): void {
  const present = section[key];
  if (rest.length > 0) {
    if (present !== undefined && !isSection(present)) return;
    section[key] = { ...(present as Section | undefined) };
    setDefault(section[key] as Section, rest, value);
  } else if (present === undefined) {
    section[key] = value;
  } else if (isSection(present) && isSection(value) && sameMember(present, value)) {
    section[key] = { ...value, ...present };
  }
}

/** Whether parameters are written for the member that the preset names. */
function sameMember(present: Section, preset: Section): boolean {
  const resolved =
    Object.hasOwn(present, 'name') && Object.keys(present).every((key) => key === 'name' || key === 'params');
  return !resolved && MEMBER_KEYS.every((key) => present[key] === undefined || present[key] === preset[key]);
}

export interface EngineSetting {
  path: string;
  /** As the scenario language writes it. */
  value: unknown;
  source: string;
  /** The scenario says something else. */
  overridden: boolean;
}

/** What an engine sets and what the scenario overrides: `resolved` is the scenario's serving section, `plain` the engine's own. */
export function engineSettings(engine: string, resolved: object, plain: object): EngineSetting[] {
  const at = (section: object, path: string) =>
    path.split('.').reduce<unknown>((value, key) => (isSection(value) ? value[key] : undefined), section);
  return Object.entries(ENGINES[engine].sets).map(([path, { value, source }]) => ({
    path,
    value,
    source,
    overridden: JSON.stringify(at(resolved, path)) !== JSON.stringify(at(plain, path)),
  }));
}
