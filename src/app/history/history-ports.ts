import type { HistoryPorts, HistoryView, Mark } from '../../api/history-ports.ts';
import type { OrderPoint } from '../../model/history-point.ts';
import { Refusal } from '../../model/problem.ts';
import { isoTime } from '../../model/time.ts';
import type { Historian } from './historian.ts';
import type { HistoryState } from './historian-protocol.ts';

/** What is in force of baselines from history, and how often they could not be had. */
export type BaselinesNow = () => Pick<HistoryView, 'baselines' | 'baselineFailures'>;

/** `historian` is `null` where no history is kept; `committed` is the newest entry of the log. */
export function historyPorts(historian: Historian | null, committed: () => number, baselines: BaselinesNow): HistoryPorts {
  const asked = (): Historian => {
    if (historian === null) throw new Refusal('history-unavailable', 'No history is kept here; see "history" in maibo.json.');
    return historian;
  };
  return {
    series: async (query) => {
      const answer = await asked().ask({ kind: 'series', query });
      return answer.kind === 'series' ? answer.series : { samples: [], cut: false };
    },
    marks: async ({ sign, key }, span, limit) => {
      const alerts = await asked().ask({ kind: 'alert-steps', query: { ...span, rule: sign, key, limit } });
      const orders = await asked().ask({ kind: 'order-steps', query: { ...span, limit } });
      const steps = alerts.kind === 'alert-steps' ? alerts.steps : [];
      const there = new Set(steps.map(({ place, street }) => `${place ?? ''} ${street ?? ''}`));
      const marked =
        orders.kind === 'order-steps' ? orders.steps.filter((step) => there.has(`${step.place ?? ''} ${step.street ?? ''}`)) : [];
      return [...steps.map((step) => markOf(step, 'alert', step.alert)), ...marked.map((step) => markOf(step, 'order', step.order))].sort(
        (a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0),
      );
    },
    history: () => {
      const standing = historian?.standing ?? null;
      return standing === null ? null : { ...viewOf(standing, committed()), ...baselines() };
    },
  };
}

function markOf({ at, state, level }: Pick<OrderPoint, 'at' | 'state' | 'level'>, what: Mark['what'], id: string): Mark {
  return { at: isoTime(at), what, id, state, level };
}

function viewOf(
  { kind, since, reason, place, cursor, points, quarantined, lost }: HistoryState,
  committed: number,
): Omit<HistoryView, 'baselines' | 'baselineFailures'> {
  return { state: kind, since, reason, store: place, behind: Math.max(0, committed + 1 - cursor.offset), points, quarantined, lost };
}
