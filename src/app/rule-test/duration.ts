import { parseDuration, type Millis } from '../../model/time.ts';

/** Of a text that the schema has let pass. */
export function duration(text: string): Millis {
  const ms = parseDuration(text);
  if (ms === null) throw new Error(`"${text}" is no duration`);
  return ms;
}
