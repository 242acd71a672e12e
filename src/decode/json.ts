import type { Report } from '../model/reading.ts';
import { createReportCheck } from './check-report.ts';
import type { Decoded, Refused } from './decoded.ts';
import { refused } from './decoded.ts';
import { createJsonReader } from './json-text.ts';

export const BATCH_LIMIT = 1_000;

const NONE: readonly Refused[] = [];

/** One codec: bytes of a message from a gateway → what they say. `sensor` is `null` where the topic names none. */
export type Codec = (payload: Uint8Array, gateway: string, sensor: string | null) => Decoded;

/** The `json` codec of the contract: an object for one sensor, an array of them for a gateway. */
export function createJsonCodec(): Codec {
  const read = createJsonReader();
  const check = createReportCheck();
  return (payload, gateway, sensor) => {
    const text = read(payload);
    if (text.kind === 'refused') return { kind: 'refused', codec: 'json', rejection: text };
    if (sensor === null) return readBatch(text.value, text.faults, (member, base) => check(member, gateway, null, base));
    const report = check(text.value, gateway, sensor, '');
    if (report.kind === 'refused') return { kind: 'refused', codec: 'json', rejection: report };
    return { kind: 'reports', codec: 'json', reports: [report], members: null, rejections: NONE };
  };
}

function readBatch(
  value: unknown,
  faults: ReadonlyMap<number, Refused>,
  check: (member: unknown, base: string) => Report | Refused,
): Decoded {
  if (!Array.isArray(value))
    return whole(
      refused('schema', '', 'On city/{gateway} a message is an array of readings; one reading alone goes to city/{gateway}/{sensor}.'),
    );
  if (value.length === 0 || value.length > BATCH_LIMIT)
    return whole(refused('batch-size', '', `A batch holds 1 to ${BATCH_LIMIT} readings; this one holds ${value.length}.`));
  const reports: Report[] = [];
  const members: number[] = [];
  const rejections: Refused[] = [];
  for (let index = 0; index < value.length; index += 1) {
    const result = faults.get(index) ?? check(value[index], `/${index}`);
    if (result.kind === 'refused') rejections.push(result);
    else {
      reports.push(result);
      members.push(index);
    }
  }
  return { kind: 'reports', codec: 'json', reports, members, rejections };
}

function whole(rejection: Refused): Decoded {
  return { kind: 'refused', codec: 'json', rejection };
}
