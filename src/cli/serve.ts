import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load-config.ts';
import { serve } from '../app/serve.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';

const SPEC: CommandSpec = {
  usage: 'serve [--clock wall|events] [--config FILE] [--json]',
  about: {
    zh: '启动服务：接收遥测、评估规则、派发工单。Ctrl-C 有序停止。',
    en: 'Runs the server: telemetry in, rules, work orders out. Ctrl-C stops it in order.',
  },
  flags: {
    clock: {
      value: 'wall|events',
      about: {
        zh: 'events：时钟跟随数据，用于重放，一切工单均为演练',
        en: 'events: the clock follows the data, for replays; all orders are then drills',
      },
    },
  },
};

export async function runServe(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  const clock = flags.text('clock') ?? 'wall';
  if (clock !== 'wall' && clock !== 'events') throw usage(`--clock takes "wall" or "events", not "${clock}"`, SPEC);
  const file = flags.text('config');
  const read = (): Config => loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  const json = flags.on('json');
  return serve({
    config: read(),
    reread: read,
    clock,
    signal: io.signal,
    started: ({ http, mqtt, rules, sensors }) => {
      if (json) return say(io, JSON.stringify({ started: true, http, mqtt, docs: `${http}/docs`, clock, rules, sensors }));
      say(io, `脉搏 Maibo 已启动 · ${rules} 条规则 · ${sensors} 个感知设备 / running: ${rules} rules, ${sensors} sensors`);
      say(io, `  MQTT  ${mqtt}`);
      say(io, `  HTTP  ${http}   文档 docs: ${http}/docs`);
      if (clock === 'events') say(io, '  演练：时钟跟随数据，一切工单均为演练 / DRILL: the clock follows the data; every order is a drill');
    },
  });
}
