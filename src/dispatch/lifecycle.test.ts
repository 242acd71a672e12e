import { describe, expect, test } from 'vitest';
import type { ReceiptState } from '../model/receipt.ts';
import type { Assignment, AssignmentState, Role } from '../model/work-order.ts';
import { STEPS, isDone, mayClose } from './lifecycle.ts';
import { Rig } from './test-rig.ts';

/** Where a receipt can bring an assignment. */
const STATES = ['dispatched', 'accepted', 'on-site', 'resolved', 'declined'] as const;
const ANSWERS: readonly ReceiptState[] = ['accepted', 'on-site', 'resolved', 'declined'];

/** Receipts that lead from `dispatched` to a state. */
function wayTo(state: (typeof STATES)[number]): ReceiptState[] {
  return state === 'dispatched' ? [] : [state];
}

function standing(role: Role, state: AssignmentState): Assignment {
  return { party: role, street: null, role, state, due: { accept: 0, arrive: 0, close: 0 } };
}

test('the table is the one that was agreed', () => {
  expect(STEPS).toEqual({
    dispatched: ['accepted', 'declined', 'on-site', 'resolved'],
    accepted: ['on-site', 'resolved', 'declined'],
    'on-site': ['resolved'],
    resolved: [],
    declined: ['accepted'],
    withdrawn: [],
  });
});

describe('D5 every step in the table is made and every other is refused', () => {
  for (const role of ['lead', 'support'] as const) {
    const party = role === 'lead' ? 'fire' : 'police';
    for (const from of STATES) {
      for (const to of ANSWERS) {
        const allowed = STEPS[from].includes(to);
        test(`${role}: ${from} → ${to} is ${allowed ? 'made' : 'refused'}`, () => {
          const rig = new Rig().happen(0, 'opened');
          for (const state of wayTo(from)) expect(rig.answer(1, party, state).kind).toBe('moved');
          const before = rig.order;
          const outcome = rig.answer(2, party, to);
          if (allowed) {
            expect(outcome).toEqual({ kind: 'moved', state: to, order: before.id });
            expect(rig.order.assignments.find((one) => one.party === party)?.state).toBe(to);
          } else {
            expect(outcome).toMatchObject({ kind: 'refused', code: 'step-not-allowed', allowed: STEPS[from] });
            expect((outcome as { detail: string }).detail).toContain(`"${from}"`);
            expect(rig.order).toBe(before);
          }
        });
      }
    }
  }
});

describe('an order may close', () => {
  for (const lead of STATES) {
    for (const support of STATES) {
      const expected = isDone(lead) && isDone(support) && (lead === 'resolved' || support === 'resolved');
      test(`lead ${lead}, support ${support}: ${expected ? 'yes' : 'no'}`, () => {
        expect(mayClose([standing('lead', lead), standing('support', support)])).toBe(expected);
      });
    }
  }
});
