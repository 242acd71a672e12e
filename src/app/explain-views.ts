import { latchOf, summarizeAlert } from '../alerts/explain-alert.ts';
import type { ApiPorts } from '../api/ports.ts';
import type { Alert } from '../model/alert.ts';
import type { SignExplanation } from '../model/explanation.ts';
import type { Millis } from '../model/time.ts';
import type { Core } from './core.ts';

type ExplainViews = Pick<ApiPorts, 'explainSign' | 'explainAlert'>;

/** Why signs and alerts stand as they do. Reads only. */
export function explainViews(core: Core, alert: (id: string) => Alert | null, now: () => Millis): ExplainViews {
  return {
    explainSign: (sign, key) => explainSign(core, sign, key, now()),
    explainAlert: (id) => {
      const found = alert(id);
      if (found === null) return null;
      const live = found.state === 'resolved' ? null : (core.explain(found.rule, found.subject.key, now())?.explanation ?? null);
      return { alert: found, summary: summarizeAlert(found, live), live };
    },
  };
}

/** An alert that a person must end stands though the rule says that all is well: that is said first. */
function explainSign(core: Core, sign: string, key: string, now: Millis): SignExplanation | null {
  const found = core.explain(sign, key, now);
  if (found === null || !found.explanation.exists || found.alert === null) return found;
  const { explanation, alert } = found;
  const latch = latchOf(alert);
  if (latch === null) return found;
  return { alert, explanation: { ...explanation, summary: latch.text, heldBy: [latch, ...explanation.heldBy] } };
}
