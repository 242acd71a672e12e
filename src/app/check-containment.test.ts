import { beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import type { Inhibition } from '../model/handling.ts';
import { checkContainment } from './check-containment.ts';
import type { Definition } from './definition.ts';
import { loadDefinition } from './load-definition.ts';
import { CHECKOUT } from './test-rig.ts';

let definition: Definition;
beforeAll(async () => {
  definition = await loadDefinition(loadConfig({ env: { MAIBO_DATA_DIR: '/nowhere' }, cwd: CHECKOUT }), 'wall');
});

function problemsOf(over: Partial<Inhibition>): string[] {
  const { city, rules } = definition;
  const { handling } = city;
  if (handling === undefined) throw new Error('the city says how it handles its orders');
  const inhibit = [{ by: 'rainfall-1h', from: 'orange', quiet: ['road-ponding-depth'], area: 'street', ...over } as const];
  return checkContainment({ rules, city: { ...city, handling: { ...handling, inhibit } } }, '/city').map(
    ({ pointer, message }) => `${pointer} ${message}`,
  );
}

test('the city as it is has no fault', () => {
  expect(checkContainment(definition, '/city')).toEqual([]);
});

test('a rule that there is not is named', () => {
  expect(problemsOf({ by: 'rain-1h' })).toEqual(['/contain/0/by There is no rule "rain-1h"; name another.']);
  expect(problemsOf({ quiet: ['road-ponding-depth', 'ponding'] })).toEqual([
    '/contain/0/quiet/1 There is no rule "ponding"; name another.',
  ]);
});

test('what life depends on is part of nothing', () => {
  expect(problemsOf({ quiet: ['smoke-alarm'] })).toEqual([expect.stringContaining('on which life depends')]);
});
