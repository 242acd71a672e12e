import { describe, expect, it } from 'vitest';
import type { ShownOrder } from '../app/demo/console-lines.ts';
import { displayWidth } from '../app/demo/display-width.ts';
import { createDemoConsole } from './demo-console.ts';
import type { DemoConsole } from './demo-console.ts';

const at = (time: string): number => Date.parse(`2026-09-13T${time}+08:00`);
const ORDER: ShownOrder = {
  id: 'wo_0123456789abcdef',
  level: 'orange',
  title: { zh: '独立式烟感报警', en: 'Smoke alarm' },
  place: { zh: '长桥一村', en: 'Changqiao First Village' },
};
const OTHER: ShownOrder = {
  ...ORDER,
  id: 'wo_zzz',
  level: 'red',
  title: { zh: '同区双探测器火警确认', en: 'Fire confirmed by two detectors' },
};
const FIRE = { zh: '消防', en: 'Fire brigade' };

function drawn(draw: (console: DemoConsole) => void, options: { columns?: number; colour?: boolean } = {}): string[] {
  let text = '';
  draw(createDemoConsole({ write: (part) => (text += part), columns: options.columns ?? 100, colour: options.colour ?? false }));
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

function everything(console: DemoConsole): void {
  console.banner({
    city: { zh: '徐汇区', en: 'Xuhui' },
    seed: 7,
    seconds: 240,
    addresses: [{ label: { zh: '工单', en: 'orders' }, url: 'http://127.0.0.1:8080/api/v1/orders' }],
  });
  console.caption({
    at: at('15:50:00'),
    text: { zh: '午后暴雨。'.repeat(20), en: 'A cloudburst, as recorded. '.repeat(8) },
    credit: 'Liang et al. 2016',
  });
  console.delivered({ at: at('06:50:00'), order: ORDER, type: 'order.dispatched', party: FIRE, latency: 3.4, verified: true });
  console.delivered({
    at: at('06:50:00'),
    order: OTHER,
    type: 'order.escalated',
    party: { zh: '长桥街道办事处', en: 'Changqiao Subdistrict Office' },
    latency: 1_234,
    verified: false,
  });
  console.receipt({
    at: at('06:51:00'),
    order: ORDER,
    party: FIRE,
    state: 'accepted',
    by: '王',
    note: 'two engines on the way '.repeat(4),
  });
  console.closed({
    at: at('06:56:00'),
    order: ORDER,
    openedAt: at('06:50:00'),
    parties: { fire: FIRE },
    messages: 12,
    trail: (['accepted', 'on-site', 'resolved'] as const).map((state, index) => ({
      at: at(`06:5${index + 1}:00`),
      what: 'order.receipt',
      party: 'fire',
      state,
      by: null,
      note: null,
      door: 'http',
    })),
  });
  console.note('放完了。', 'It is over.');
}

describe('the demo console', () => {
  it.each([72, 80, 100, 120])('never writes past %i columns', (columns) => {
    for (const line of drawn(everything, { columns })) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
  });

  it('says when, to whom, at which level, in both languages, and how long the sensor took', () => {
    const lines = drawn((console) =>
      console.delivered({ at: at('06:50:00'), order: ORDER, type: 'order.dispatched', party: FIRE, latency: 3.42, verified: true }),
    );
    expect(lines[1]).toMatch(/^06:50:00 {2}■ 橙 orange 独立式烟感报警 · 长桥一村 {3}Smoke alarm · Changqiao First Village .*wo_01234567$/);
    expect(lines[2]).toMatch(/^06:50:00 {2}橙 → 消防 Fire brigade +派单 dispatched +签名无误 signed +3\.4 ms$/);
  });

  it('names the order again only when another came between', () => {
    const heads = (draw: (console: DemoConsole) => void): number => drawn(draw).filter((line) => line.includes('■')).length;
    const one = (console: DemoConsole, order: ShownOrder): void =>
      console.delivered({ at: at('06:50:00'), order, type: 'order.dispatched', party: FIRE, latency: null, verified: true });
    expect(heads((console) => [ORDER, ORDER, ORDER].forEach((order) => one(console, order)))).toBe(1);
    expect(heads((console) => [ORDER, OTHER, ORDER].forEach((order) => one(console, order)))).toBe(3);
  });

  it('tells a bad signature in capitals', () => {
    const lines = drawn((console) =>
      console.delivered({ at: at('06:50:00'), order: ORDER, type: 'order.dispatched', party: FIRE, latency: 1, verified: false }),
    );
    expect(lines.join('\n')).toContain('BAD SIGNATURE');
  });

  it('ends an order with its whole trail, in green where there are colours', () => {
    const lines = drawn(everything, { colour: true });
    const index = lines.findIndex((line) => line.includes('✔ 闭环 closed'));
    expect(lines[index]?.startsWith('\u001b[32m')).toBe(true);
    const plain = lines.slice(index).join('\n').replaceAll('\u001b[32m', '').replaceAll('\u001b[0m', '');
    expect(plain).toMatch(
      /历时 took 6 min · 送达 delivered 12\n.*独立式烟感报警.*\n.*06:51:00 +接单 accepted +消防.*\n.*06:52:00 +到场 on site +消防.*\n.*06:53:00 +处置完毕 resolved +消防/,
    );
  });

  it('writes no escape codes without colours', () => {
    expect(drawn(everything).join('')).not.toContain('\u001b');
  });
});
