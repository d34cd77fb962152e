/** What the rules of this folder note. */
import type { Finding } from '../findings.ts';
import type { Path } from '../source-text.ts';

/** Notes a finding: its code, what is wrong, and the field to change. `uses`: what else the judgement rests on. */
export type Report = (
  id: string,
  message: string,
  path: Path,
  rest?: Pick<Finding, 'uses' | 'expected' | 'hint'>,
) => void;
