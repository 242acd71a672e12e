import { runDemo as play } from '../app/demo/run-demo.ts';
import type { DemoResult } from '../app/demo/run-demo.ts';
import { loadConfig } from '../config/load-config.ts';
import { createDemoConsole } from './demo-console.ts';
import { readFlags, usage } from './flags.ts';
import type { CommandSpec, Flags } from './flags.ts';
import { say } from './io.ts';
import type { Io } from './io.ts';

/** The day of the cloudburst that the script quotes. */
const SEED = 20_130_913;

const SPEC: CommandSpec = {
  usage: 'demo [--seed N] [--hurry X] [--once] [--config FILE] [--json]',
  about: {
    zh: '启动整套服务，放一天徐汇的剧本，派单、回执、闭环都在眼前。工单一律为演练；数据写在临时目录，结束即删。',
    en: 'Runs the whole server and plays a scripted day of Xuhui into it. Every order is a drill; the data lives in a temporary folder that is removed at the end.',
  },
  flags: {
    seed: { value: 'N', about: { zh: '同一种子，同一天；默认 20130913', en: 'the same seed makes the same day; default 20130913' } },
    hurry: { value: 'X', about: { zh: '放快 X 倍；默认 1，约四分钟', en: 'X times as fast; default 1, about four minutes' } },
    once: { about: { zh: '放完即退出', en: 'exit when the day is over' } },
  },
};

export async function runDemo(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const file = flags.text('config');
  const config = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  const json = flags.on('json');
  const show = createDemoConsole({ write: (text) => void io.output.write(text), columns: io.columns, colour: io.colour });
  const line = (kind: string) => (value: object) => say(io, JSON.stringify({ kind, ...value }));
  const result = await play({
    config,
    seed: number(flags, 'seed', SEED, /^\d{1,9}$/),
    hurry: number(flags, 'hurry', 1, /^\d{1,3}(\.\d+)?$/),
    once: flags.on('once'),
    signal: io.signal,
    show: json
      ? {
          banner: line('banner'),
          caption: line('caption'),
          delivered: line('delivered'),
          receipt: line('receipt'),
          closed: line('closed'),
          over: line('over'),
        }
      : { ...show, over: (end) => show.note(...overText(end, flags.on('once'))) },
  });
  return result.stopped || result.open === 0 ? 0 : 1;
}

function number(flags: Flags, name: string, fallback: number, form: RegExp): number {
  const text = flags.text(name);
  if (text === undefined) return fallback;
  if (!form.test(text) || Number(text) <= 0) throw usage(`--${name} takes a number above 0, not "${text}"`, SPEC);
  return Number(text);
}

function overText(end: DemoResult, once: boolean): [zh: string, en: string] {
  const sorted = [...end.latencies].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  const speed =
    middle === undefined
      ? ['', '']
      : [`，传感器到接收方中位 ${middle.toFixed(1)} 毫秒`, `, sensor to receiver ${middle.toFixed(1)} ms (median)`];
  const after = once || end.stopped ? ['', ''] : ['服务仍在运行，Ctrl-C 结束。', ' The server still runs; Ctrl-C stops it.'];
  const word = end.stopped ? ['已停止', 'Stopped'] : ['这一天放完了', 'The day is over'];
  return [
    `${word[0]}：${end.messages} 条报文、${end.readings} 条读数，${end.orders} 张工单（闭环 ${end.closed}），送达 ${end.received} 次${speed[0]}。${after[0]}`,
    `${word[1]}: messages ${end.messages}, readings ${end.readings}, orders ${end.orders} (closed ${end.closed}), deliveries ${end.received}${speed[1]}.${after[1]}`,
  ];
}
