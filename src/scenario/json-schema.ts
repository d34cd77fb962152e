/**
 * The scenario language as JSON Schema draft-07, the newest that yaml-language-server understands: completion, hover text
 * and checks while one types. Looser than the loader: rules across fields and ranges of numbers with units are not in it.
 */
import * as z from 'zod';
import { SHORT_FORMS } from './schema/adapter.ts';
import { PRESET_FORMS } from './schema/base.ts';
import { FAMILY_KEY, type Families, type FamilyName, inputSchema, NUMBER_FORM } from './schema.ts';

type Json = Record<string, unknown>;

const OPTIONS = { target: 'draft-07', io: 'input', override: fillForms } as const;

export function scenarioJsonSchema(families: Families): Json {
  const schema = z.toJSONSchema(inputSchema(families), OPTIONS) as Json;
  const definitions: Json = {};
  for (const family of Object.keys(FAMILY_KEY) as FamilyName[]) definitions[family] = choiceForm(families, family);
  for (const form of Object.keys(PRESET_FORMS) as (keyof typeof PRESET_FORMS)[]) definitions[form] = presetForm(form);
  for (const [form, options] of Object.entries(SHORT_FORMS)) definitions[form] = { anyOf: options.map(part) };
  const whole = { ...schema, $id: 'scenario.schema.json', title: 'mint-bench scenario', definitions };
  return { ...whole, definitions: { ...definitions, ...shareTexts(whole) } };
}

/** The parameters of a family's member, each with its description, as JSON Schema. */
export const parametersJsonSchema = (params: z.ZodType): Json =>
  z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as Json;

/** Moves the long patterns of numbers with units to one definition each; returns those definitions. */
function shareTexts(root: Json): Json {
  const texts: Json = {};
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Json;
    if (node.type === 'string' && typeof node.title === 'string') {
      const limitless = String(node.pattern).includes('|none|');
      const name = `${node.title}${limitless ? ' or none' : ''} as text`.replaceAll(' ', '-');
      texts[name] = { ...node };
      for (const key of Object.keys(node)) delete node[key];
      node.$ref = `#/definitions/${name}`;
      return;
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(root);
  return texts;
}

/** Values whose form depends on what is written carry a marker (`family` or `form`) that names their definition. */
function fillForms({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Json }): void {
  const { family, form, fallback: _, ...rest } = jsonSchema as { family?: string; form?: string; fallback?: string };
  const name = family ?? form;
  if (name !== undefined) {
    for (const key of Object.keys(jsonSchema)) delete jsonSchema[key];
    Object.assign(jsonSchema, rest, { allOf: [{ $ref: `#/definitions/${name}` }] });
  }
  // Defaults of parameters are given in base units, after parsing; those that JSON can write are shown.
  const { def } = zodSchema._zod;
  if (def.type === 'default' && !Object.hasOwn(jsonSchema, 'default')) {
    const value = def.defaultValue;
    jsonSchema.default = value === Number.POSITIVE_INFINITY ? 'none' : value;
  }
}

function part(schema: z.core.$ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, OPTIONS) as Json;
  return rest;
}

function choiceForm(families: Families, family: FamilyName): Json {
  const key = FAMILY_KEY[family];
  const members = Object.entries(families[family]);
  const names = { anyOf: members.map(([name, { summary }]) => ({ const: name, description: summary })) };
  const forms: Json[] = [names];
  if (NUMBER_FORM[family] !== undefined) forms.push({ type: 'number' }, { type: 'string', pattern: '^[0-9.+-]' });
  for (const [name, entry] of members) {
    const params = part(entry.params);
    const selected = { const: name, description: entry.summary };
    forms.push({
      ...params,
      properties: { [key]: selected, ...(params.properties as Json) },
      required: [key, ...((params.required as string[] | undefined) ?? [])],
    });
    forms.push({
      type: 'object',
      properties: { name: selected, params },
      required: ['name'],
      additionalProperties: false,
      description: 'As a resolved scenario writes it.',
    });
  }
  return { anyOf: forms };
}

function presetForm(form: keyof typeof PRESET_FORMS): Json {
  const { shape, names } = PRESET_FORMS[form];
  const whole = part(shape);
  const changes = part(z.strictObject({ preset: z.enum(names as [string, ...string[]]), ...shape.partial().shape }));
  return { anyOf: [{ enum: names }, { ...changes, required: ['preset'] }, whole] };
}
