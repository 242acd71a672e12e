import { displayWidth, fit } from '../app/demo/display-width.ts';
import { fetchOrderStats, type OrderStatsView, type StatsGroupView, type StepView } from '../app/order-stats-client.ts';
import type { Server } from '../app/server-client.ts';
import { ORDER_STEPS, type OrderStep, type StatsBy } from '../model/order-stats.ts';
import { formatDuration } from '../model/time.ts';
import type { Flags } from './flags.ts';
import { say, type Io } from './io.ts';

const BY: Readonly<Record<StatsBy, string>> = { sign: '体征 sign', party: '单位 party', street: '街镇 street' };
const STEPS: Readonly<Record<OrderStep, string>> = {
  open: '开单 open',
  deliver: '送达 deliver',
  accept: '签收 accept',
  arrive: '到场 arrive',
  close: '办结 close',
};
const COLUMNS = ['步骤 step', '已测 n', '中位 median', 'p90', 'p99', '逾期 breached', '待办 waiting', '未办 missed'];
/** Beside the first two columns: numbers stand at the right. */
const LEFT = 2;

/** `maibo orders stats`: how long orders took, for everybody and for each. */
export async function printOrderStats(server: Server, flags: Flags, io: Io): Promise<void> {
  const asked = ['from', 'to', 'by', 'drills'].flatMap((name) => {
    const value = flags.text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const stats = await fetchOrderStats(server, Object.fromEntries(asked));
  if (flags.on('json')) say(io, JSON.stringify(stats));
  else for (const line of statsLines(stats)) say(io, line);
}

/** The figures as lines of a table. */
export function statsLines(stats: OrderStatsView): string[] {
  const { from, to, by, drills, leftOut, all, groups } = stats;
  const what = drills === 'only' ? `${all.orders} 演练 drills` : `${all.orders} 工单 orders`;
  const out = drills === 'only' ? `${leftOut} 真实工单未计 real ones left out` : `${leftOut} 演练未计 drills left out`;
  const head = `${from} → ${to}  ${what} · ${all.assignments} 派单 assignments · ${out}`;
  if (all.orders === 0) return [head];
  const rows = [[BY[by], ...COLUMNS], ...rowsOf('合计 all', all), ...groups.flatMap((group) => rowsOf(nameOf(group), group))];
  const lines = tableLines(rows);
  const rough = [all, ...groups].some(({ steps }) => ORDER_STEPS.some((step) => !steps[step].exact));
  return [head, ...lines, ...(rough ? ['≈ 误差不超过百分之一 good to one per cent'] : [])];
}

function nameOf({ key, title }: StatsGroupView): string {
  if (key === null) return '无 none';
  return title === null ? key : `${title.zh} ${title.en}`;
}

function rowsOf(name: string, { steps }: StatsGroupView): string[][] {
  return ORDER_STEPS.map((step, i) => [i === 0 ? name : '', STEPS[step], ...cellsOf(steps[step])]);
}

function cellsOf({ count, medianMs, p90Ms, p99Ms, exact, waiting, missed, breached }: StepView): string[] {
  const time = (ms: number | null): string => (ms === null ? '–' : `${exact ? '' : '≈'}${shortDuration(ms)}`);
  const [median, p90, p99] = [medianMs, p90Ms, p99Ms].map(time) as [string, string, string];
  return [String(count), median, p90, p99, breached === null ? '–' : String(breached), String(waiting), String(missed)];
}

/** As exact as one needs to compare: 350ms, 12.3s, 4m5s, 2h10m, 3d4h. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)}s`;
  const unit = ms < 3_600_000 ? 1_000 : ms < 86_400_000 ? 60_000 : 3_600_000;
  return formatDuration(Math.round(ms / unit) * unit);
}

function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column < LEFT ? fit(cell, width) : ' '.repeat(width - displayWidth(cell)) + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}
