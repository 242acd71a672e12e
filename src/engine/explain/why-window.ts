import type { FactReference } from '../../model/condition.ts';
import type { Reason } from '../../model/explanation.ts';
import { parseDuration, type Millis } from '../../model/time.ts';
import type { Held } from '../cells/cells.ts';
import { LastCells } from '../cells/last-cells.ts';
import { KEY, membersOf } from './replica.ts';
import type { Sight } from './sight.ts';
import { factText, reason, spoken } from './words.ts';

/** What the stores of a fact hold of the key, as one: a minimum with a coverage looks into two. */
export function heldFor(fact: FactReference, sight: Sight): Held {
  const all = sight
    .fact(fact)
    .stores.filter((store) => store.by === 'key')
    .map(({ cells }) => cells.describe(KEY, sight.at));
  const most = all.reduce<Held | null>((best, one) => (best === null || one.samples > best.samples ? one : best), null);
  const covered = all.find((one) => one.covered !== null)?.covered ?? null;
  return { ...(most ?? { samples: 0, from: null, to: null, newest: [] }), covered };
}

/** Why a window says nothing though its key is heard. */
export function whyWindow(fact: FactReference, sight: Sight): Reason {
  const { params = {} } = fact;
  if (params['across'] !== undefined) return whyMembers(fact, sight);
  const held = heldFor(fact, sight);
  const { window, kind, coverage } = params as Readonly<Record<string, string | undefined>>;
  if (kind === 'session' && held.samples === 0) return reason('no-session', '当前没有连续的一段读数', 'no session of readings stands now');
  if (kind === 'tumbling') {
    if (samplesAgo(fact, held, sight) === 0)
      return reason('empty-window', `${factText(fact)} 的窗口里没有样本`, `no sample in the window of ${factText(fact)}`);
  } else if (held.samples === 0 && window !== undefined) return whyEmpty(fact, window, sight);
  if (coverage !== undefined && (held.covered === null || held.covered < (parseDuration(coverage) ?? 0))) return whyThin(held, fact);
  return whyTooFew(fact, held);
}

function whyEmpty(fact: FactReference, window: string, sight: Sight): Reason {
  const { of, within } = fact.params ?? {};
  const measures = Array.isArray(of) ? of.join('/') : String(of);
  const [zh, en] = within === undefined ? ['', ''] : ['合理的 ', 'plausible '];
  const heard = sight.newest > sight.at - (parseDuration(window) ?? 0);
  const last = sight.clock(sight.newest);
  return reason(
    'empty-window',
    `最近 ${window} 没有${zh === '' ? ' ' : zh}${measures} 的样本${heard ? '，但有其他读数' : `（最新读数 ${last}）`}`,
    `no ${en}sample of ${measures} in the last ${window}${heard ? ', though it is heard' : ` (newest reading ${last})`}`,
  );
}

/** Samples of the clock-aligned window that the fact asks for, which may be an earlier one. */
function samplesAgo({ params = {} }: FactReference, held: Held, { replica, at }: Sight): number {
  const { clock } = replica.memory.around;
  const length = parseDuration(String(params['window'])) ?? 0;
  const ago = typeof params['ago'] === 'number' ? params['ago'] : 0;
  const begins: Millis = clock.endOf(clock.windowOf(at, length) - ago - 1, length);
  return held.newest.find((one) => one.at === begins)?.count ?? 0;
}

function whyThin({ covered, samples }: Held, { params = {} }: FactReference): Reason {
  const needed = String(params['coverage']);
  if (covered === null) return reason('coverage', `样本覆盖不足 ${needed}`, `its samples cover less than the ${needed} that it needs`);
  return reason(
    'coverage',
    `${samples} 个样本只覆盖 ${spoken(covered)}，需要 ${needed}`,
    `its ${samples} samples cover ${spoken(covered)} of the ${needed} that it needs`,
  );
}

function whyTooFew({ fact, params = {} }: FactReference, { samples, from, newest }: Held): Reason {
  if ((fact === 'stddev' || fact === 'rate') && samples < 2)
    return reason('too-few-samples', '只有 1 个样本，需要 2 个', '1 of the 2 samples that it needs');
  if (fact !== 'change') return reason('unknown', '未知', 'not known');
  if (!newest.some((one) => from !== null && one.at <= from))
    return reason(
      'no-earlier-sample',
      `还没有 ${String(params['window'])} 以前的样本可比`,
      `no sample is as old as ${String(params['window'])} to compare with`,
    );
  return reason('zero-divisor', '起点的值为 0，无从算百分比', 'it began at 0, of which there is no percentage');
}

/** Of a fact that is put together across sensors. */
export function whyMembers(fact: FactReference, sight: Sight): Reason {
  const { memory } = sight.replica;
  const { stale } = sight.rule;
  const members = membersOf(memory, KEY);
  const last = sight.fact(fact).stores.find(({ cells }) => cells instanceof LastCells)?.cells;
  const silent = last instanceof LastCells && stale !== null ? members.filter((m) => sight.at - last.time(m) > stale).length : 0;
  const [zh, en] =
    silent === 0
      ? ['', '']
      : [`（其中 ${silent} 个沉默超过 ${spoken(stale ?? 0)}）`, ` (${silent} of them silent for longer than ${spoken(stale ?? 0)})`];
  return reason(
    'members-unknown',
    `${members.length} 个设备都没有可用的值${zh}`,
    `none of its ${members.length} sensors has a value that counts${en}`,
  );
}
