/** Which keys a schema knows at a path: what an unknown key is compared with. Runs only where something is wrong. */
import type * as z from 'zod';

interface Def {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  in?: z.core.$ZodType;
  out?: z.core.$ZodType;
  options?: z.core.$ZodType[];
}

/** Empty where the schema has no fixed keys there. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const def = schema._zod.def as unknown as Def;
  if (def.innerType !== undefined) return knownKeys(def.innerType, path);
  switch (def.type) {
    case 'pipe':
      return knownKeys(def.in!._zod.def.type === 'transform' ? def.out! : def.in!, path);
    case 'union':
      return [...new Set(def.options!.flatMap((option) => knownKeys(option, path)))];
    case 'object': {
      if (path.length === 0) return Object.keys(def.shape!);
      const next = def.shape![String(path[0])];
      return next === undefined ? [] : knownKeys(next, path.slice(1));
    }
    case 'array':
      return path.length === 0 ? [] : knownKeys(def.element!, path.slice(1));
    case 'record':
      return path.length === 0 ? [] : knownKeys(def.valueType!, path.slice(1));
    default:
      return [];
  }
}
