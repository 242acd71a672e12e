import { describe, expect, test } from 'vitest';
import type { Handling } from '../model/handling.ts';
import type { AssignmentState, OrderState, WorkOrder } from '../model/work-order.ts';
import { ASSIGNMENT_STEPS, ORDER_STEPS, type Step } from './lifecycle.ts';
import { cityOf, orderOf, Rig } from './test-rig.ts';

type Act = (rig: Rig, minute: number) => unknown;

/** The sign verifies; nobody is warned or called, so that only what the script does happens. */
const CALM: Partial<Handling> = { verify: { '*': 'sign' }, warnAt: null, ladder: [] };
const PARTIES = ['fire', 'fire-chief', 'police', 'street', 'ops', 'water', 'gas'];

const opened: Act = (rig, at) => rig.happen(at, 'opened', { order: orderOf({ support: ['police'] }) });
const answers =
  (party: string, state: 'accepted' | 'on-site' | 'resolved' | 'declined'): Act =>
  (rig, at) =>
    rig.answer(at, party, state);
const ended: Act = (rig, at) => rig.happen(at, 'ended');
const back: Act = (rig, at) => rig.happen(at, 'resumed');
const another: Act = (rig, at) => rig.happen(at, 'opened', { incident: 'second', order: orderOf({ support: ['police'] }) });
const does =
  (deed: Parameters<Rig['command']>[1]): Act =>
  (rig, at) =>
    rig.command(at, deed);
const passes: Act = (rig, at) => rig.pass(at);

const ALL_DONE: readonly Act[] = [answers('police', 'resolved'), answers('fire', 'resolved')];

/** How the lead of an order comes to stand there. */
const WAYS: Readonly<Record<AssignmentState, readonly Act[]>> = {
  dispatched: [opened],
  accepted: [opened, answers('fire', 'accepted')],
  'on-site': [opened, answers('fire', 'accepted'), answers('fire', 'on-site')],
  resolved: [opened, ...ALL_DONE],
  declined: [opened, answers('fire', 'declined')],
  withdrawn: [opened, does({ do: 'reassign', from: 'fire', to: 'gas' })],
};

/** What makes the step of the lead, by what the table says brings it about. */
function actOf({ to, by, when }: Step<AssignmentState>): Act {
  if (by === 'party') return answers('fire', to as 'accepted');
  if (when === 'return') return does({ do: 'return' });
  if (when === 'reopened') return back;
  if (when === 'worse') return (rig, at) => rig.happen(at, 'joined', { rule: 'heat', order: orderOf({ support: ['police'] }) });
  return to === 'withdrawn' ? does({ do: 'cancel' }) : does({ do: 'reassign', from: 'gas', to: 'fire' });
}

const OPS_CALLED: readonly Act[] = [opened, answers('fire', 'declined')];
const OPS_STOOD_IN: readonly Act[] = [...OPS_CALLED, answers('police', 'resolved'), answers('ops', 'resolved')];
const EVERYBODY_DECLINED: readonly Act[] = [...OPS_CALLED, answers('police', 'declined'), answers('ops', 'declined')];
const later =
  (minute: number, act: Act): Act =>
  (rig) =>
    act(rig, minute);

/** Steps that another party makes than the lead, or that the lead comes to by a way of its own. */
const OWN_WAYS: Readonly<Record<string, { readonly party: string; readonly acts: readonly Act[] }>> = {
  'declined → withdrawn by person (reassign)': {
    party: 'fire',
    acts: [...WAYS.declined, does({ do: 'reassign', from: 'fire', to: 'gas' })],
  },
  'declined → dispatched by person (reassign)': {
    party: 'fire',
    acts: [...WAYS.declined, does({ do: 'reassign', from: 'fire', to: 'fire' })],
  },
  'declined → dispatched by person (return)': { party: 'fire', acts: [...OPS_STOOD_IN, does({ do: 'return' })] },
  'declined → dispatched by engine (reopened)': { party: 'fire', acts: [...OPS_STOOD_IN, back] },
  'declined → dispatched by engine (called)': { party: 'ops', acts: [...EVERYBODY_DECLINED, later(30, passes)] },
  'resolved → dispatched by person (reassign)': {
    party: 'police',
    acts: [opened, answers('police', 'resolved'), does({ do: 'reassign', from: 'fire', to: 'police' })],
  },
  'resolved → dispatched by engine (called)': {
    party: 'ops',
    acts: [...OPS_CALLED, answers('ops', 'resolved'), answers('fire', 'accepted'), answers('fire', 'declined')],
  },
  'withdrawn → dispatched by engine (called)': {
    party: 'ops',
    acts: [...OPS_CALLED, answers('fire', 'accepted'), answers('fire', 'declined')],
  },
  'dispatched → withdrawn by engine (eased)': { party: 'ops', acts: [...OPS_CALLED, answers('fire', 'accepted')] },
  'accepted → withdrawn by engine (eased)': {
    party: 'ops',
    acts: [opened, ...ALL_DONE, later(40, passes), later(41, answers('ops', 'accepted')), later(42, does({ do: 'return' }))],
  },
};

const ORDER_WAYS: Readonly<Record<OrderState, readonly Act[]>> = {
  open: [opened],
  resolved: [opened, ...ALL_DONE],
  closed: [opened, ended, ...ALL_DONE],
  cancelled: [opened, does({ do: 'cancel' })],
};

const ORDER_ACTS: Readonly<Record<string, readonly Act[]>> = {
  'all-done': ALL_DONE,
  verified: [ended],
  verify: [does({ do: 'verify' })],
  reopened: [back],
  return: [does({ do: 'return' })],
  cancel: [does({ do: 'cancel' })],
};

function play(acts: readonly Act[], handling: Partial<Handling>, restartAfter: number | null): Rig {
  const rig = new Rig({ city: cityOf(PARTIES, handling) });
  acts.forEach((act, i) => {
    act(rig, i);
    if (restartAfter === i) rig.restart();
  });
  return rig;
}

/** The script without a stop, and with a restart after each of its acts: the same orders, messages, answers. */
function outlivesRestarts(acts: readonly Act[], handling: Partial<Handling>): Rig {
  const whole = play(acts, handling, null);
  for (let i = 0; i < acts.length; i += 1) {
    const { step, outcomes, commanded } = play(acts, handling, i);
    expect({ step, outcomes, commanded }).toEqual({ step: whole.step, outcomes: whole.outcomes, commanded: whole.commanded });
  }
  return whole;
}

describe('every step of an assignment is made, and a restart at any point of the way changes nothing', () => {
  for (const step of ASSIGNMENT_STEPS) {
    const name = `${step.from} → ${step.to} by ${step.by} (${step.when})`;
    test(name, () => {
      const { party, acts } = OWN_WAYS[name] ?? { party: 'fire', acts: [...WAYS[step.from], actOf(step)] };
      const rig = outlivesRestarts(acts, CALM);
      const stateOf = (order: WorkOrder | undefined) => order?.assignments.find((one) => one.party === party)?.state;
      const states = rig.step.orders.map(stateOf);
      expect(states.at(-1)).toBe(step.to);
      expect(states.slice(0, -1).findLast((state) => state !== step.to)).toBe(step.from);
      expect([...rig.outcomes, ...rig.commanded].map(({ kind }) => kind)).not.toContain('refused');
    });
  }
});

describe('every step of an order is made, and a restart at any point of the way changes nothing', () => {
  for (const step of ORDER_STEPS) {
    test(`${step.from} → ${step.to} by ${step.by} (${step.when})`, () => {
      const acts = step.from === 'closed' ? [another] : (ORDER_ACTS[step.when] as readonly Act[]);
      const rig = outlivesRestarts([...ORDER_WAYS[step.from], ...acts], CALM);
      expect(rig.order.state).toBe(step.to);
      expect([...rig.outcomes, ...rig.commanded].map(({ kind }) => kind)).not.toContain('refused');
    });
  }
});

describe('every step that the table does not have is refused', () => {
  const deeds = [{ do: 'verify' }, { do: 'return' }, { do: 'cancel' }, { do: 'reassign', from: 'fire', to: 'gas' }] as const;
  for (const state of ['open', 'resolved', 'closed', 'cancelled'] as const) {
    for (const deed of deeds) {
      const allowed = { open: ['cancel', 'reassign'], resolved: ['verify', 'return', 'cancel'], closed: [], cancelled: [] }[
        state
      ] as string[];
      test(`${state}: ${deed.do} is ${allowed.includes(deed.do) ? 'done' : 'refused'}`, () => {
        const rig = play(ORDER_WAYS[state], CALM, null);
        const before = rig.order;
        const outcome = rig.command(30, deed);
        expect(outcome.kind).toBe(allowed.includes(deed.do) ? 'done' : 'refused');
        if (outcome.kind === 'refused')
          expect([outcome.code, outcome.allowed, rig.order]).toEqual(['command-not-allowed', allowed, before]);
      });
    }
  }
});

describe('D6 every clock and every rung, and a restart at each of them', () => {
  const handling: Partial<Handling> = {
    ladder: [
      { to: 'chief', after: 0 },
      { to: 'next', after: 300_000 },
      { to: 'ops', after: 300_000 },
    ],
  };
  /** Each minute up to an hour and a half, answered so far. */
  const scripts: Readonly<Record<string, readonly Act[]>> = {
    'nobody answers': [opened, ...minutes(90)],
    'accepted in time, never there': [opened, answers('fire', 'accepted'), answers('police', 'accepted'), ...minutes(90)],
    'there in time, never done': [opened, answers('fire', 'on-site'), answers('police', 'on-site'), ...minutes(90)],
    'answered after the chief was called': [opened, passes, passes, passes, answers('fire', 'accepted'), ...minutes(30)],
    'the chief has accepted, then the party does': [
      opened,
      passes,
      passes,
      answers('fire-chief', 'accepted'),
      answers('fire', 'on-site'),
      ...minutes(20),
    ],
    'done, and nobody verifies': [opened, ...ALL_DONE, ...minutes(60)],
  };

  for (const [name, acts] of Object.entries(scripts)) {
    test(name, () => {
      const rig = outlivesRestarts(acts, { ...handling, verify: { '*': 'person' } });
      expect(clockLines(rig)).toMatchSnapshot();
    });
  }

  test('nothing fires twice when the process was down while times ran out, and the ladder goes on from now', () => {
    const rig = new Rig({ city: cityOf(PARTIES, handling) });
    rig.happen(0, 'opened', { order: orderOf({ support: [] }) }).restart();
    rig.dispatch.advance(rig.order.openedAt + 30 * 60_000, rig.step);
    const lines = clockLines(rig);
    rig.restart();
    rig.dispatch.advance(rig.order.openedAt + 30 * 60_000, rig.step);
    expect(clockLines(rig)).toEqual(lines);
    expect(lines.filter((line) => line.includes('order.escalated fire-chief'))).toHaveLength(1);
    expect(lines.join()).not.toContain('order.escalated ops');
    rig.pass(35);
    expect(clockLines(rig).join()).toContain('order.escalated ops');
  });

  test('negative control: clocks that are not saved fire again', () => {
    const rig = new Rig({ city: cityOf(PARTIES, handling) });
    opened(rig, 0);
    rig.pass(2);
    const told = rig.step.messages.length;
    const saved = rig.dispatch.snapshot();
    rig.dispatch.restore({ ...saved, orders: saved.orders.map((one) => ({ ...one, clocks: [] })) });
    rig.dispatch.advance(rig.order.openedAt + 2 * 60_000, rig.step);
    expect(rig.step.messages.length).toBeGreaterThan(told);
  });
});

function minutes(count: number): Act[] {
  return Array.from({ length: count }, () => passes);
}

/** Minute, what, party and note of each line of the trail. */
function clockLines(rig: Rig): string[] {
  return rig.order.trail.map(({ at, what, party, note }) => {
    const minute = (at - rig.order.openedAt) / 60_000;
    return `${minute} ${what}${party === null ? '' : ` ${party}`}${note === null ? '' : ` ${note}`}`;
  });
}
