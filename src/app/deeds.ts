import type { AlertStep } from '../alerts/alert-step.ts';
import type { DrillPlace } from '../alerts/exercise.ts';
import type { LogEvent } from '../model/log-entry.ts';
import type { Drill } from '../model/silence.ts';
import type { Millis } from '../model/time.ts';
import type { BatchOutcome, EventResult } from './batch-outcome.ts';
import { alertStep, dispatchStep, type Consequences } from './consequences.ts';

type Kind = LogEvent['kind'];
type EventOf<K extends Kind> = Extract<LogEvent, { readonly kind: K }>;

/** What people of the centre do. */
export type Deed = EventOf<'command' | 'silence' | 'unsilence' | 'drill' | 'drill-over' | 'reset'>;
/** What parties answer, and what became of what they are told. */
export type PartyNews = EventOf<'receipt' | 'parked' | 'unheard' | 'taken'>;

/** Decides what people and parties do; what follows from it is up to `consequences`. */
export class Deeds {
  private readonly consequences: Consequences;
  private readonly placeOf: (drill: Drill) => DrillPlace | null;

  /** `placeOf`: by which rule and where an exercise is; `null` where there is no such rule or place, or it opens no order. */
  constructor(consequences: Consequences, placeOf: (drill: Drill) => DrillPlace | null) {
    this.consequences = consequences;
    this.placeOf = placeOf;
  }

  perform(event: Deed, now: Millis, outcome: BatchOutcome): EventResult {
    const { alerts } = this.consequences;
    switch (event.kind) {
      case 'command':
        return this.command(event, now, outcome);
      case 'silence':
        alerts.silence(event.silence);
        return { kind: 'done' };
      case 'unsilence':
        return { kind: 'deed', done: this.raised((step) => alerts.unsilence(event.silence, now, step), now, outcome) };
      case 'drill':
        return { kind: 'deed', done: this.raised((step) => this.beginDrill(event.drill, now, step), now, outcome) };
      case 'drill-over':
        return { kind: 'deed', done: this.raised((step) => alerts.endDrill(event.drill, now, step), now, outcome) };
      case 'reset': {
        const reset = { by: event.by, note: event.note, at: now };
        return { kind: 'reset', done: this.raised((step) => alerts.reset(event.alert, reset, step), now, outcome) };
      }
    }
  }

  hear(event: PartyNews, now: Millis, outcome: BatchOutcome): EventResult {
    if (event.kind === 'receipt') return this.receive(event, now, outcome);
    const { orders } = this.consequences;
    const step = dispatchStep();
    if (event.kind === 'parked') orders.parked(event, now, step);
    else if (event.kind === 'unheard') orders.unheard(event, now, step);
    else orders.taken(event, now, step);
    this.consequences.settle(step, now, outcome);
    return { kind: 'done' };
  }

  private receive({ receipt }: EventOf<'receipt'>, now: Millis, outcome: BatchOutcome): EventResult {
    const step = dispatchStep();
    const result = this.consequences.orders.receive(receipt, now, step);
    if (result.kind === 'moved') outcome.receipts.push(receipt);
    outcome.answers.push({ receipt, outcome: result });
    this.consequences.settle(step, now, outcome);
    return { kind: 'receipt', outcome: result };
  }

  private command({ command }: EventOf<'command'>, now: Millis, outcome: BatchOutcome): EventResult {
    const step = dispatchStep();
    const result = this.consequences.orders.command(command, now, step);
    this.consequences.settle(step, now, outcome);
    return { kind: 'command', outcome: result };
  }

  private beginDrill(drill: Drill, now: Millis, step: AlertStep): boolean {
    const where = this.placeOf(drill);
    if (where !== null) this.consequences.alerts.drill(drill, where, now, step);
    return where !== null;
  }

  /** @returns whether there was anything to begin or to end */
  private raised(deed: (step: AlertStep) => boolean, now: Millis, outcome: BatchOutcome): boolean {
    const step = alertStep();
    const done = deed(step);
    this.consequences.raise(step, now, outcome);
    return done;
  }
}
