import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LEVELS, type Level } from '../model/level.ts';
import { Rig, orderOf } from './test-rig.ts';

const WHATS = ['opened', 'joined', 'raised', 'lowered', 'member-resolved', 'ended', 'resumed'] as const;
const PARTIES = ['fire', 'police', 'street', 'gas', 'ops', 'nobody'];
const ANSWERS = ['accepted', 'on-site', 'resolved', 'declined'] as const;
const RULES = [
  { rule: 'smoke', order: orderOf() },
  { rule: 'gas-leak', order: orderOf({ lead: 'gas', support: ['ops'], due: { accept: 1, arrive: 2, close: 3 } }) },
] as const;
const PLACES = [{}, { place: null }, { place: null, street: null }, { place: 'not-in-the-city' }] as const;

type Act =
  | readonly ['happen', number, number, number, number, Level]
  | readonly ['answer', number, number, number]
  | readonly ['park' | 'take', number];

const acts = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constant('happen' as const), fc.nat(6), fc.nat(1), fc.nat(2), fc.nat(3), fc.constantFrom(...LEVELS)),
    },
    { weight: 4, arbitrary: fc.tuple(fc.constant('answer' as const), fc.nat(5), fc.nat(3), fc.nat(60)) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('park' as const, 'take' as const), fc.nat(5)) },
  ),
  { maxLength: 60 },
);

function play(script: readonly Act[], restart: boolean): Rig {
  const rig = new Rig();
  rig.happen(0, 'opened', { incident: 'i0' });
  script.forEach((act, minute) => {
    if (act[0] === 'happen') {
      const [, what, rule, sensor, place, level] = act;
      // The incident says where it is, so that one incident never moves.
      rig.happen(minute, WHATS[what] as (typeof WHATS)[number], {
        ...RULES[rule],
        ...PLACES[place],
        incident: `i${place}`,
        sensor: `s${sensor}`,
        level,
      });
    } else if (act[0] === 'answer') {
      const id = `r${act[3]}`;
      rig.answer(minute, PARTIES[act[1]] as string, ANSWERS[act[2]] as (typeof ANSWERS)[number], { id, note: id });
    } else if (act[0] === 'take') rig.take(minute, PARTIES[act[1]] as string);
    else rig.park(minute, PARTIES[act[1]] as string);
    if (restart) rig.restart();
  });
  return rig;
}

/** The published schema lets members be added; here none may be that it does not describe. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  return 'properties' in schema ? { ...closed, additionalProperties: false } : closed;
}

function compile(name: string, change: (schema: unknown) => unknown): ValidateFunction {
  const ajv = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile(change(JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8'))) as object);
}

describe('replay', () => {
  test('D1 the same calls give the same orders, messages and ids', () => {
    fc.assert(
      fc.property(acts, (script) => {
        expect(play(script, false).step).toEqual(play(script, false).step);
      }),
    );
  });

  test('D2 a restart after every step changes nothing', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const stopped = play(script, true);
        const through = play(script, false);
        expect(stopped.step).toEqual(through.step);
        expect(stopped.outcomes).toEqual(through.outcomes);
        expect(stopped.dispatch.snapshot()).toEqual(through.dispatch.snapshot());
      }),
      { numRuns: 300 },
    );
  });

  test('D3 whoever is told has an assignment in the order, and no message id is given twice', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const { orders, messages } = play(script, false).step;
        expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
        const assigned = new Set(orders.flatMap((order) => order.assignments.map((one) => `${order.id} ${one.party} ${one.street}`)));
        for (const { order, party, street } of messages) expect(assigned).toContain(`${order} ${party} ${street}`);
      }),
      { numRuns: 300 },
    );
  });
});

describe('schemas', () => {
  const valid = compile('order-message.schema.json', close);

  test('every body that is ever made is what the schema says, and nothing more', () => {
    fc.assert(
      fc.property(acts, (script) => {
        for (const { body } of play(script, false).step.messages) {
          valid(JSON.parse(body));
          expect(valid.errors).toBeNull();
        }
      }),
      { numRuns: 200 },
    );
  });

  test('negative control: a body with a member too many or a local time is refused', () => {
    const body = new Rig().happen(0, 'opened').step.messages[0]?.body ?? '';
    expect(valid(JSON.parse(body))).toBe(true);
    expect(valid(JSON.parse(body.replace('"drill":false', '"drill":false,"score":7')))).toBe(false);
    expect(valid(JSON.parse(body.replace('00:00:00.000Z', '08:00:00.000+08:00')))).toBe(false);
  });

  test('the published schema takes a body to which a member was added later', () => {
    const open = compile('order-message.schema.json', (schema) => schema);
    const body = new Rig().happen(0, 'opened').step.messages[0]?.body ?? '';
    expect(open(JSON.parse(body.replace('"drill":false', '"drill":false,"weather":"rain"')))).toBe(true);
  });

  test('receipts as the contract shows them are valid; a state of our own making is not', () => {
    const receipt = compile('receipt.schema.json', (schema) => schema);
    expect(receipt({ party: 'fire', state: 'on-site', by: 'Wang', note: '两辆车', at: '2026-11-23T08:04:00+08:00', id: 'rc-1' })).toBe(
      true,
    );
    expect(receipt({ party: 'street', street: '310104014', state: 'declined', at: 1_795_392_000_000 })).toBe(true);
    expect(receipt({ party: 'fire', state: 'dispatched' })).toBe(false);
    expect(receipt({ party: 'fire' })).toBe(false);
    expect(receipt({ party: 'fire', state: 'accepted', at: '2026-11-23 08:04' })).toBe(false);
  });
});
