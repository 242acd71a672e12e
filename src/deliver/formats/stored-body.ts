import type { Level } from '../../model/level.ts';
import type { Position } from '../../model/place.ts';
import { Refusal } from '../../model/problem.ts';
import type { Text } from '../../model/text.ts';
import type { AssignmentState, ClockStep, OrderMessageType, Role } from '../../model/work-order.ts';

/** What one party is told of one order. Times are RFC 3339 in UTC. */
export interface StoredNews {
  readonly order: {
    readonly id: string;
    /** Absent in what was stored before bodies had it. */
    readonly sort?: string;
    readonly level: Level;
    readonly title: Text;
    readonly incident: string;
    readonly place: { readonly id: string; readonly name: Text; readonly street: string | null; readonly at: Position | null };
    readonly alerts: readonly { readonly since: string; readonly resolvedAt?: string; readonly because: Text }[];
    readonly drill: boolean;
  };
  readonly assignment: {
    readonly party: string;
    readonly street?: string;
    readonly role: Role;
    readonly state: AssignmentState;
    readonly due: { readonly accept: string; readonly arrive: string; readonly close: string };
  };
  readonly receipt?: {
    readonly party: string;
    readonly street?: string;
    readonly state: string;
    readonly by?: string;
    readonly note?: string;
  };
  readonly clock?: { readonly party: string; readonly step: ClockStep; readonly state: 'due-soon' | 'overdue' };
  readonly earlier?: readonly { readonly id: string; readonly timestamp: string }[];
}

/** News of a type; a digest holds several. */
export type TypedNews = StoredNews & { readonly type: OrderMessageType };

/** What the formats read of a stored body, as `schemas/order-message.schema.json` says it. */
export interface StoredBody {
  readonly id: string;
  readonly type: OrderMessageType;
  readonly timestamp: string;
  readonly data: StoredNews & { readonly digest?: readonly TypedNews[] };
}

/** @throws Refusal `format-unmappable` for what is no body of ours. */
export function readStoredBody(body: string): StoredBody {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw unmappable();
  }
  if (!isObject(value) || typeof value['id'] !== 'string' || typeof value['type'] !== 'string') throw unmappable();
  const { data, timestamp } = value;
  if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp))) throw unmappable();
  if (!isObject(data) || !isObject(data['order']) || !isObject(data['assignment'])) throw unmappable();
  return value as unknown as StoredBody;
}

function unmappable(): Refusal {
  return new Refusal('format-unmappable', 'the stored message cannot be written in the format that its receiver asks for');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
