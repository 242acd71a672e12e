import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../api/test-rig.ts';
import { levelOf, Rig, ruleOf } from '../engine/test-rig.ts';
import { runCommand } from './commands.ts';
import { reportError } from './report-error.ts';
import { heardIo } from './test-rig.ts';

const T0 = Date.parse('2026-06-01T14:00:00+08:00');
let url = '';
let close: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  const rule = ruleOf({ unit: 'cm', levels: [levelOf('blue', 5)] });
  const { engine } = new Rig([rule]).read(T0, { x: 4.9 });
  const { api } = await apiOf({
    rules: () => [rule],
    explainSign: (sign, key) => {
      const explanation = engine.explain(sign, key, T0);
      return explanation === null ? null : { explanation, alert: null };
    },
  });
  await api.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${(api.server.address() as AddressInfo).port}`;
  close = () => api.close();
});
afterAll(() => close());

async function explain(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const { io, heard } = heardIo();
  const all = ['rules', 'explain', ...args];
  const code = await runCommand(all, io).catch((error: unknown) => reportError(error, io, all.includes('--json')));
  return { code, ...heard };
}

describe('maibo rules explain', () => {
  it('says why, or why not, for people and as JSON', async () => {
    const { code, out } = await explain('r1', 's1', '--url', url);
    expect(code).toBe(0);
    expect(out).toContain('结论 why       数值 4.9 cm，未到蓝色（≥ 5）\n               value 4.9 cm is short of blue (≥ 5)\n');
    const json = await explain('r1', 'sensor:s1', '--url', `${url}/`, '--json');
    expect(JSON.parse(json.out)).toMatchObject({ exists: true, key: 'sensor:s1', standing: null });
  });

  it('a key that is not there is found wrong, and so is a sign', async () => {
    const place = await explain('r1', 'p1', '--url', url);
    expect([place.code, place.err]).toEqual([1, '']);
    expect(place.out).toContain('name one: sensor:s1');
    const nobody = await explain('r1', 'nobody', '--url', url);
    expect(nobody).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^maibo: api-key-unknown[^\n]*nobody[^\n]*\n$/) });
    const unknown = (await explain('r9', 's1', '--url', url)).err;
    expect(unknown).toMatch(/^maibo: api-sign-unknown.*: "r9" \(did you mean "r1"\?\)\n$/);
  });

  it('needs both, and helps', async () => {
    const { code, err } = await explain('r1');
    expect([code, err]).toEqual([2, expect.stringContaining('Usage: maibo rules explain SIGN KEY')]);
    expect((await explain('--help')).out).toContain('--url');
  });
});
