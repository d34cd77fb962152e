/** How requests start, by the name a scenario gives it. */
import { burst } from './burst.ts';
import { closed } from './closed.ts';
import { open } from './open.ts';
import type { ArrivalEntry } from './process.ts';
import { sLora } from './s-lora.ts';
import { trace } from './trace.ts';

export const ARRIVALS: Record<string, ArrivalEntry> = { open, closed, burst, trace, 's-lora': sLora };
