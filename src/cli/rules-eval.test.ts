import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommand } from './commands.ts';
import type { Io } from './io.ts';

interface Answer {
  readonly result?: boolean;
  readonly error?: string;
}

async function rulesEval(
  chunks: readonly (string | Buffer)[],
  ...flags: string[]
): Promise<{ code: number; out: string; answers: Answer[] }> {
  let out = '';
  const sink = new Writable({
    // A slow reader: the next answers must wait.
    highWaterMark: 64,
    write(chunk: Buffer, _encoding, done) {
      out += chunk.toString();
      setImmediate(done);
    },
  });
  const io: Io = {
    input: Readable.from(chunks.map((chunk) => Buffer.from(chunk))),
    output: sink,
    errors: sink,
    env: {},
    signal: new AbortController().signal,
    columns: 100,
    colour: false,
    watched: false,
  };
  const code = await runCommand(['rules', 'eval', ...flags], io);
  sink.end();
  await new Promise((resolve) => sink.on('finish', resolve));
  return { code, out, answers: flags.includes('--help') ? [] : parsed(out) };
}

function parsed(out: string): Answer[] {
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Answer);
}

const wet = { all: [{ fact: 'depth', operator: 'greaterThan', value: 5 }] };
const question = (depth: unknown): string => JSON.stringify({ conditions: wet, facts: { depth } });

describe('maibo rules eval', () => {
  it.each([{ flags: [] }, { flags: ['--reference'] }])('answers each line with one, in order: $flags', async ({ flags }) => {
    const lines = [
      question(6),
      question(5),
      JSON.stringify({ conditions: { condition: 'wet' }, facts: { depth: 7 }, named: { wet } }),
      JSON.stringify({ conditions: { any: [] } }),
      JSON.stringify({ conditions: wet, facts: {} }),
      JSON.stringify({ conditions: { all: [{ fact: 'depth', operator: 'in', value: 5 }] }, facts: { depth: 1 } }),
      question(6),
    ];
    const { code, answers } = await rulesEval([lines.join('\n')], ...flags);
    expect(code).toBe(0);
    expect(answers.map(({ result, error }) => result ?? typeof error)).toEqual([true, false, true, true, 'string', 'string', true]);
    expect(answers[4]?.error).toContain('Undefined fact');
  });

  it.each<[string, string, string]>([
    ['no JSON', '{"conditions":', 'JSON'],
    ['an empty line', '', 'JSON'],
    ['no object', '[1]', 'must be an object'],
    ['no conditions', '{"facts":{}}', '"conditions" is missing'],
    ['facts that are a list', '{"conditions":{"all":[]},"facts":[]}', '"facts" must be an object'],
    ['names that are null', '{"conditions":{"all":[]},"named":null}', '"named" must be an object'],
    ['a key twice', '{"conditions":{"all":[]},"facts":{"a":1,"a":2}}', 'twice'],
    ['a key twice, once escaped', '{"conditions":{"all":[]},"facts":{"a":1,"\\u0061":2}}', 'twice'],
    ['a key twice, the first with a text that looks like more', '{"conditions":{"all":[]},"facts":{"a":"\\":\\\\","a":2}}', 'twice'],
    ['a prototype', '{"conditions":{"all":[]},"facts":{"__proto__":{"a":1}}}', '__proto__'],
    ['an escaped prototype', '{"conditions":{"all":[],"\\u005f_proto__":{}},"facts":{}}', '__proto__'],
    ['a deep one', `{"conditions":{"all":[]},"facts":{"a":${'['.repeat(300)}${']'.repeat(300)}}}`, 'at most 256 deep'],
    ['one that is too long', `{"conditions":{"all":[]},"facts":{"a":"${'x'.repeat(1024 * 1024)}"}}`, 'longer than 1048576 bytes'],
  ])('answers %s with an error and goes on', async (_, line, error) => {
    for (const flags of [[], ['--reference']]) {
      const { code, answers } = await rulesEval([`${question(6)}\n${line}\r\n${question(1)}\n`], ...flags);
      expect(code).toBe(0);
      expect(answers).toEqual([{ result: true }, { error: expect.stringContaining(error) as string }, { result: false }]);
    }
  });

  it('takes texts with colons, quotes and backslashes for what they are', async () => {
    const facts = { 'a:b': 'x":"y\\', c: ['{"d":1}', ':'], 脉搏: '\u2028' };
    const conditions = {
      all: [
        { fact: 'a:b', operator: 'equal', value: 'x":"y\\' },
        { fact: '脉搏', operator: 'equal', value: '\u2028' },
      ],
    };
    expect((await rulesEval([JSON.stringify({ conditions, facts })])).answers).toEqual([{ result: true }]);
  });

  it('reads lines however the bytes come, and refuses what is not UTF-8', async () => {
    const text = Buffer.from(
      `${JSON.stringify({ conditions: { all: [{ fact: '水', operator: 'equal', value: '深' }] }, facts: { 水: '深' } })}\n`,
    );
    const bytes = Array.from(text, (_, i) => text.subarray(i, i + 1));
    const { answers } = await rulesEval([...bytes, Buffer.from([0x22, 0xff, 0x22, 0x0a]), text]);
    expect(answers).toEqual([{ result: true }, { error: 'The line is not UTF-8.' }, { result: true }]);
  });

  it('answers the same as the package, ten thousand times', async () => {
    const lines = Array.from({ length: 10_000 }, (_, i) => question(i % 11)).join('\n');
    expect((await rulesEval([lines])).out).toBe((await rulesEval([lines], '--reference')).out);
  });

  it('explains itself in both languages', async () => {
    const { code, out } = await rulesEval([], '--help');
    expect(code).toBe(0);
    for (const text of ['--reference', '逐行判定', 'Answers each line']) expect(out).toContain(text);
  });
});
