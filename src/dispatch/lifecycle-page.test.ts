import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ASSIGNMENT_STEPS, ORDER_STEPS, type Step, type StepBy } from './lifecycle.ts';

const file = new URL('./README.md', import.meta.url);
const START = '<!-- steps:start -->';
const END = '<!-- steps:end -->';

const BY: Readonly<Record<StepBy, string>> = { party: '处置单位 party', person: '运行中心 person', engine: '引擎 engine' };
const WHEN: Readonly<Record<string, string>> = {
  receipt: '回执 receipt',
  'reassign, cancel': '改派或撤销 reassign, cancel',
  eased: '呼叫的缘由已消除 made up for',
  return: '核查退回 return',
  reopened: '告警复现 the alert is back',
  reassign: '改派 reassign',
  worse: '升级、另有告警或告警复现 worse, something else, or back again',
  called: '呼叫 called',
  'all-done': '各单位都处置完毕 everybody is done',
  verified: '体征恢复 the signs are calm',
  verify: '核查 verify',
  cancel: '撤销 cancel',
};

function tableOf(steps: readonly Step<string>[]): string[] {
  return [
    '| 从 from | 到 to | 谁 by | 由于 because of |',
    '| --- | --- | --- | --- |',
    ...steps.map(({ from, to, by, when }) => `| \`${from}\` | \`${to}\` | ${BY[by]} | ${WHEN[when]} |`),
  ];
}

function diagramOf(steps: readonly Step<string>[], first: string): string[] {
  const name = (state: string): string => state.replace('-', '_');
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${name(first)}`,
    ...steps.map(({ from, to, when }) => `  ${name(from)} --> ${name(to)}: ${when}`),
    '```',
  ];
}

/** `UPDATE_README=1 npx vitest run src/dispatch/lifecycle-page.test.ts` draws it anew. */
test('the page shows the steps of the table, and no other', () => {
  const drawn = [
    '## 派单 · An assignment',
    ...tableOf(ASSIGNMENT_STEPS),
    ...diagramOf(ASSIGNMENT_STEPS, 'dispatched'),
    '## 工单 · An order',
    ...tableOf(ORDER_STEPS),
    ...diagramOf(ORDER_STEPS, 'open'),
  ]
    .map((line) => (line.startsWith('## ') || line === '```mermaid' ? `\n${line}` : line))
    .join('\n')
    .replaceAll(/(^## .*$)/gm, '$1\n');
  const page = readFileSync(file, 'utf8');
  const from = page.indexOf(START) + START.length;
  const to = page.indexOf(END);
  if (process.env['UPDATE_README'] === '1') writeFileSync(file, `${page.slice(0, from)}\n${drawn}\n\n${page.slice(to)}`);
  else expect(page.slice(from, to).trim()).toBe(drawn.trim());
});
