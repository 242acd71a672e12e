import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './commands.ts';
import { heardIo } from './test-rig.ts';

/** The sample city with another `routing.json`. */
function cityWith(change: (file: { routes: Record<string, unknown>[] }) => void): string {
  const directory = mkdtempSync(join(tmpdir(), 'maibo-routing-'));
  cpSync('fixtures/xuhui', directory, { recursive: true });
  const path = join(directory, 'routing.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as { routes: Record<string, unknown>[] };
  change(file);
  writeFileSync(path, JSON.stringify(file));
  return directory;
}

async function routing(args: readonly string[], city = 'fixtures/xuhui'): Promise<{ code: number; out: string }> {
  const { io, heard } = heardIo();
  const code = await runCommand(['routing', ...args], { ...io, env: { MAIBO_CITY_DIR: city } });
  return { code, out: heard.out };
}

describe('maibo routing test', () => {
  it('runs the trials of the sample city: all pass, every route is taken', async () => {
    const { code, out } = await routing(['test']);
    expect(out).toBe('路由试例 trials of routes: 5 通过 passed · 0 失败 failed · 0 未试 untried\n');
    expect(code).toBe(0);
  });

  it('a route that nobody tries, and one that goes elsewhere than its trial says, are found', async () => {
    const city = cityWith(({ routes }) => {
      routes[0] = { ...routes[0], lead: 'street', support: [] };
      routes.push({ ...routes[0], id: 'new', when: { rules: ['smoke-alarm'] } });
    });
    const { code, out } = await routing(['test'], city);
    expect(code).toBe(1);
    expect(out).toContain(
      '✗ noise at ten in the evening: the police: 期望 expected noise-at-night: police + environment, street，实际 got noise-at-night: street',
    );
    expect(out).toContain('no trial takes the route "new"');
  });

  it('a name that is nowhere is named with file and pointer', async () => {
    const city = cityWith(({ routes }) => {
      routes[0] = { ...routes[0], when: { kinds: ['noise', 'nois'], rules: ['no-rule'] } };
    });
    const { out } = await routing(['test'], city);
    expect(out).toContain('routing.json/routes/0/when/kinds/1: No rule opens orders of the kind "nois"; name another.');
    expect(out).toContain('routing.json/routes/0/when/rules/0: There is no rule "no-rule"; name another.');
    const unknown = cityWith(({ routes }) => void (routes[0] = { ...routes[0], lead: 'army' }));
    await expect(routing(['test'], unknown)).rejects.toMatchObject({
      problems: [{ code: 'city-reference', pointer: '/routes/0/lead', message: 'parties.json has no "army"; add it, or name another.' }],
    });
    const empty = cityWith(
      ({ routes }) => void (routes[0] = { id: 'x', title: { zh: '一', en: 'x' }, when: { from: 'red' }, source: 's' }),
    );
    await expect(routing(['test'], empty)).rejects.toMatchObject({ problems: [{ code: 'city-route-empty', pointer: '/routes/0' }] });
  });
});

describe('maibo routing explain', () => {
  it('says whom an order goes to, by which route, and what keeps the others from it', async () => {
    const { code, out } = await routing([
      'explain',
      '--rule',
      'ambient-noise',
      '--street',
      '310104014',
      '--at',
      '2026-11-23T23:00:00+08:00',
    ]);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '主办 lead police · 协办 support street, environment · 按路由 by the route noise-at-night（夜间噪声先由公安处置 · Noise at night goes to the police first）',
      '  依据 source: engineering default, no public source',
      '  ✓ noise-at-night',
      '  · manhole-at-night  规则是 ambient-noise / the rule is ambient-noise',
      '',
    ]);
  });

  it('a rule that there is not is said to be none', async () => {
    expect(await routing(['explain', '--rule', 'nothing'])).toMatchObject({ code: 1 });
    await expect(routing(['explain'])).rejects.toMatchObject({ code: 'usage' });
  });
});
