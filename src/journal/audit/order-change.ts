import type { Assignment, WorkOrder } from '../../model/work-order.ts';
import { canonicalJson } from './canonical-json.ts';

type Change = Readonly<Record<string, unknown>>;

/**
 * What is new in an order against the version that was recorded before it (`null`: none was): state, level, attention, the
 * assignments that changed, alerts that joined and the new lines of its trail. @returns `null` when nothing of that is new.
 */
export function orderChange(before: WorkOrder | null, after: WorkOrder): Change | null {
  const change: Record<string, unknown> = before === null ? opening(after) : {};
  if (before?.state !== after.state) change['state'] = after.state;
  if (before?.level !== after.level) change['level'] = after.level;
  if (!isSame(before?.attention ?? [], after.attention)) change['attention'] = after.attention;
  if (before?.closedAt !== after.closedAt && after.closedAt !== null) change['closedAt'] = after.closedAt;
  put(change, 'assignments', changedAssignments(before?.assignments ?? [], after.assignments));
  const known = new Set(before?.alerts.map(({ id }) => id));
  put(
    change,
    'alerts',
    after.alerts.map(({ id }) => id).filter((id) => !known.has(id)),
  );
  // A trail is only ever added to.
  put(change, 'trail', after.trail.slice(before?.trail.length ?? 0));
  return Object.keys(change).length === 0 ? null : change;
}

function opening({ sort, title, incident, place, drill, openedAt }: WorkOrder): Record<string, unknown> {
  return { sort, title, incident, place: place.id, street: place.street, drill, openedAt };
}

function put(change: Record<string, unknown>, name: string, found: readonly unknown[]): void {
  if (found.length > 0) change[name] = found;
}

/** Whole, as they are now, so that what an assignment gets in later versions is recorded too. */
function changedAssignments(before: readonly Assignment[], after: readonly Assignment[]): Assignment[] {
  return after.filter((assignment) => !before.some((known) => isSame(known, assignment)));
}

/** What did not change is most often the same object still. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}
