import { Refusal } from '../model/problem.ts';
import type { Text } from '../model/text.ts';
import type { Io } from './io.ts';

/** Resolves to the exit code: 0 good, 1 found wrong, 2 usage. */
export type Run = (args: readonly string[], io: Io) => Promise<number>;

export interface Command {
  readonly name: string;
  readonly about: Text;
  /** Loaded when it is called: `maibo rules check` need not load a broker. */
  readonly load: () => Promise<Run>;
}

/** In the order in which a newcomer needs them. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'demo',
    about: { zh: '演示：放一天徐汇的剧本', en: 'a scripted day of Xuhui, whole and answered' },
    load: async () => (await import('./demo.ts')).runDemo,
  },
  {
    name: 'serve',
    about: { zh: '启动服务', en: 'run the server' },
    load: async () => (await import('./serve.ts')).runServe,
  },
  {
    name: 'replay',
    about: { zh: '经 MQTT 重放一份真实记录', en: 'publish a recording over MQTT' },
    load: async () => (await import('./replay.ts')).runReplay,
  },
  {
    name: 'rules',
    about: {
      zh: '检查、测试、列出规则；判定条件；说明缘由；用历史回测',
      en: 'check, test or list rules; answer conditions; explain why, or why not; back-test them',
    },
    load: async () => (await import('./rules.ts')).runRules,
  },
  {
    name: 'orders',
    about: {
      zh: '查询工单与时效；核查、退回、撤销、改派',
      en: 'list or show work orders, and how long they took; verify, return, cancel, reassign',
    },
    load: async () => (await import('./orders.ts')).runOrders,
  },
  {
    name: 'silences',
    about: { zh: '静默与检修：列出、新增、结束', en: 'silences and maintenance: list, add, end' },
    load: async () => (await import('./silences.ts')).runSilences,
  },
  {
    name: 'drills',
    about: { zh: '演练：列出、开始、结束', en: 'exercises: list, start, stop' },
    load: async () => (await import('./drills.ts')).runDrills,
  },
  {
    name: 'routing',
    about: { zh: '派单路由：试例、缘由', en: 'who gets which order: trials, and why' },
    load: async () => (await import('./routing.ts')).runRouting,
  },
  {
    name: 'audit',
    about: { zh: '验证、列出审计记录', en: 'verify or list the audit record' },
    load: async () => (await import('./audit.ts')).runAudit,
  },
  {
    name: 'endpoints',
    about: { zh: '查询投递地址的状况', en: 'list where orders go, and how each address does' },
    load: async () => (await import('./endpoints.ts')).runEndpoints,
  },
  {
    name: 'deliveries',
    about: { zh: '查询投递，重投被搁置的', en: 'list deliveries, send parked ones again' },
    load: async () => (await import('./deliveries.ts')).runDeliveries,
  },
  {
    name: 'history',
    about: { zh: '历史库的状况；建库', en: 'where history is kept, and how far it is; make its place' },
    load: async () => (await import('./history.ts')).runHistory,
  },
  {
    name: 'receiver',
    about: { zh: '检查一个接收系统是否符合约定', en: 'try a receiving system by its contract' },
    load: async () => (await import('./receiver.ts')).runReceiver,
  },
  {
    name: 'config',
    about: { zh: '检查配置；生成口令散列与访问令牌', en: 'check the configuration; make password hashes and tokens' },
    load: async () => (await import('./config.ts')).runConfig,
  },
];

/** Finds the command and runs it; what a person did wrong comes out as a `Refusal`. */
export async function runCommand(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.output.write(`${overview()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) throw new Refusal('usage', `There is no command "${name}".${suggestion(name)} \`maibo --help\` lists them.`);
  const run = await command.load();
  return run(rest, io);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length)) + 4;
  const lines = COMMANDS.map(({ name, about }) => `  ${name.padEnd(width)}${about.zh}\n  ${' '.repeat(width)}${about.en}`);
  return ['maibo 脉搏 COMMAND [--config FILE] [--json] [--help]', '', ...lines, '', '  maibo COMMAND --help'].join('\n');
}

function suggestion(name: string): string {
  const nearest = COMMANDS.map((command) => ({ name: command.name, distance: editDistance(name, command.name) })).sort(
    (a, b) => a.distance - b.distance,
  )[0];
  return nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(nearest.name.length / 2))
    ? ` Did you mean "${nearest.name}"?`
    : '';
}

/** Levenshtein, one row at a time. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
