/** `schema`: the JSON Schema that editors read. */
import { FAMILIES } from '../../run/families.ts';
import { scenarioJsonSchema } from '../../scenario/json-schema.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  examples: [
    ['schema > scenario.schema.json', 'name it in a scenario: # yaml-language-server: $schema=scenario.schema.json'],
  ],
  run(_args, { terminal }) {
    terminal.outJson(scenarioJsonSchema(FAMILIES));
    return undefined;
  },
};
