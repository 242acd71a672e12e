import type { ExplainedComparison, ExplainedCondition, ExplainedLevel, ExplainedMoment, KeyExplanation } from '../../model/explanation.ts';
import type { Level } from '../../model/level.ts';
import type { Text } from '../../model/text.ts';
import { parseDuration } from '../../model/time.ts';
import { COLOUR } from '../because.ts';
import { decidingLeaf } from './deciding-leaf.ts';
import type { Sight } from './sight.ts';
import { whySilent } from './why-unknown.ts';
import { lineText, seenText, spoken } from './words.ts';

type Said = Pick<KeyExplanation, 'levels' | 'heldBy' | 'waiting'>;

/** One sentence: where the rule stands at the key, or the first reason why it does not. */
export function summarize({ levels, heldBy, waiting }: Said, sight: Sight): Text {
  const active = levels.filter(({ state }) => state === 'active').at(-1);
  const holding = levels.filter(({ state }, i) => state === 'holding' && (active === undefined || i > levels.indexOf(active))).at(-1);
  const parts: (Text | null)[] = [];
  if (active !== undefined) parts.push(stands(active, sight), clearing(active, sight), saidOf('flapping', heldBy));
  if (holding !== undefined) parts.push(holds(holding, sight));
  if (parts.length === 0) parts.push(notReached(levels[0] as ExplainedLevel, heldBy, sight));
  if (waiting.judged !== null) {
    const judged = sight.clock(Date.parse(waiting.judged));
    const { readings } = waiting;
    parts.push({
      zh: `另有 ${readings} 条读数在等候，${judged} 起判断`,
      en: `${readings === 1 ? '1 reading waits and is' : `${readings} readings wait and are`} judged from ${judged} on`,
    });
  }
  return together(parts.filter((part) => part !== null));
}

function together(parts: readonly Text[]): Text {
  return { zh: parts.map(({ zh }) => zh).join('；'), en: parts.map(({ en }) => en).join('; ') };
}

function saidOf(code: string, heldBy: Said['heldBy']): Text | null {
  return heldBy.find((one) => one.code === code)?.text ?? null;
}

function stands({ level, since, when, clear }: ExplainedLevel, sight: Sight): Text {
  const from = since === null ? '' : sight.clock(Date.parse(since));
  const zh = `${COLOUR[level]}告警中${from === '' ? '' : `（${from} 起）`}`;
  const en = `${level} stands${from === '' ? '' : ` (since ${from})`}`;
  if (when.truth === 'unknown') {
    const why = whyOf(when);
    const keeps = (clear ?? when).truth === 'unknown';
    return {
      zh: `${zh}，现在未知${keeps ? '，未知既不升级也不解除' : ''}：${why.zh}`,
      en: `${en}, and is unknown now${keeps ? ', which neither raises nor clears' : ''}: ${why.en}`,
    };
  }
  const met = when.truth === 'true' ? metBy(when).slice(0, MET) : [];
  if (met.length === 0) return { zh, en };
  return {
    zh: `${zh}：${met.map((one) => seen(one, sight).zh).join('，')}`,
    en: `${en}: ${met.map((one) => seen(one, sight).en).join(', ')}`,
  };
}

/** A comparison with what it saw; only the rule's own value has a name in both languages. */
function seen(one: ExplainedComparison, sight: Sight): Text {
  if (one.left.fact !== 'value') return { zh: one.text, en: one.text };
  const line = `${seenText(one.left, sight.rule.unit)} ${lineText(one.operator, one.right)}`;
  return { zh: `数值 ${line}`, en: `value ${line}` };
}

/** Comparisons that are told of a condition that is met. */
const MET = 3;

/** Comparisons that make a condition true; what stands under a `not` is left to the tree. */
function metBy({ kind, children, leaf }: ExplainedCondition): ExplainedComparison[] {
  if (leaf !== null) return [leaf];
  if (kind === 'not') return [];
  const met = children.filter(({ truth }) => truth === 'true');
  return (kind === 'any' ? met.slice(0, 1) : met).flatMap(metBy);
}

function clearing({ level, clearHold, clearHeld, clears, clear, when }: ExplainedLevel, sight: Sight): Text | null {
  if (clears !== null && clearHeld !== null) {
    const at = momentText(clears, sight);
    const [held, needed] = [lasted(clearHeld), lasted(clearHold)];
    return {
      zh: `解除条件已持续 ${held}，需 ${needed}，${at.zh}解除`,
      en: `what clears it has held for ${held} of ${needed}; clears ${at.en}`,
    };
  }
  if (clear === null || clear.truth === 'true' || when.truth === 'unknown') return null;
  if (clear.truth === 'unknown') {
    const why = whyOf(clear);
    return { zh: `能否解除未知：${why.zh}`, en: `whether it clears is unknown: ${why.en}` };
  }
  const unmet = decidingLeaf(clear, 'false');
  if (unmet === null) return null;
  const needs = needed(unmet.leaf, unmet, sight);
  return { zh: `${COLOUR[level]}解除${needs.zh}`, en: `to clear, it ${needs.en}` };
}

function holds({ level, held, hold, raises, when }: ExplainedLevel, sight: Sight): Text {
  const so = held === null ? '0s' : lasted(held);
  const zh = `${COLOUR[level]}条件已持续 ${so}，需 ${lasted(hold)}`;
  const en = `${level} holds for ${so} of ${lasted(hold)}`;
  if (raises !== null) {
    const at = momentText(raises, sight);
    return { zh: `${zh}，${at.zh}升级`, en: `${en}; raises ${at.en}` };
  }
  const why = when.truth === 'unknown' ? whyOf(when) : { zh: '条件已不成立', en: 'its condition is over' };
  return {
    zh: `${zh}，但现在${when.truth === 'unknown' ? '未知：' : ''}${why.zh}`,
    en: `${en}, but now ${when.truth === 'unknown' ? 'unknown: ' : ''}${why.en}`,
  };
}

/** Why the lowest level is not reached. */
function notReached({ level, when }: ExplainedLevel, heldBy: Said['heldBy'], sight: Sight): Text {
  const silent = whySilent(sight);
  if (silent?.code === 'never-heard') return silent.text;
  const settling = saidOf('settling', heldBy);
  if (settling !== null && (when.truth === 'true' || asksForSilence(when, sight))) return settling;
  if (when.truth === 'unknown') {
    const why = whyOf(when);
    return { zh: `未知：${why.zh}`, en: `unknown: ${why.en}` };
  }
  const unmet = when.truth === 'false' ? decidingLeaf(when, 'false') : null;
  if (unmet === null)
    return { zh: `${COLOUR[level]}条件成立，下次判断时升级`, en: `the condition of ${level} holds; it is raised at the next look` };
  return shortOf(level, unmet, sight);
}

/** What decides is whether somebody is silent. */
function asksForSilence(when: ExplainedCondition, sight: Sight): boolean {
  const leaf = decidingLeaf(when, when.truth)?.leaf;
  return leaf !== undefined && SILENCE.has(sight.resolve(leaf.left).fact);
}

const SILENCE = new Set(['absence', 'share', 'gateway-down']);

type Deciding = NonNullable<ReturnType<typeof decidingLeaf>>;

function shortOf(level: Level, unmet: Deciding, sight: Sight): Text {
  const { leaf, negated, name, others } = unmet;
  const fact = named(leaf);
  const seen = seenText(leaf.left, sight.rule.unit);
  const line = lineText(leaf.operator, leaf.right);
  const more = others === 0 ? { zh: '', en: '' } : { zh: `，另 ${others} 个条件也不成立`, en: `, nor do ${others} other conditions hold` };
  const colour = COLOUR[level];
  if (!negated && name === null && typeof leaf.left.value === 'number') {
    if (leaf.operator.startsWith('greater'))
      return {
        zh: `${fact.zh} ${seen}，未到${colour}（${line}）${more.zh}`,
        en: `${fact.en} ${seen} is short of ${level} (${line})${more.en}`,
      };
    if (leaf.operator.startsWith('less'))
      return {
        zh: `${fact.zh} ${seen}，高于${colour}界线（${line}）${more.zh}`,
        en: `${fact.en} ${seen} is above ${level} (${line})${more.en}`,
      };
  }
  const needs = needed(leaf, unmet, sight);
  return { zh: `${colour}${needs.zh}${more.zh}`, en: `${level} ${needs.en}${more.en}` };
}

/** `needs open-road: place.sort ≠ underpass, which is underpass`. */
function needed(leaf: ExplainedComparison, { negated, name }: Deciding, sight: Sight): Text {
  const within = name === null ? '' : `${name}: `;
  const fact = named(leaf);
  const line = lineText(leaf.operator, leaf.right);
  const seen = seenText(leaf.left, sight.rule.unit);
  return {
    zh: `要求${negated ? '并非' : ''} ${within}${fact.zh} ${line}，现为 ${seen}`,
    en: `needs ${within}${negated ? 'not ' : ''}${fact.en} ${line}, and it is ${seen}`,
  };
}

/** Only the rule's own value has a name in both languages. */
function named({ left }: ExplainedComparison): Text {
  return left.fact === 'value' ? { zh: '数值', en: 'value' } : { zh: left.text, en: left.text };
}

function whyOf(condition: ExplainedCondition): Text {
  return decidingLeaf(condition, 'unknown')?.leaf.unknown?.text ?? { zh: '原因不明', en: 'nobody knows why' };
}

/** Both times, where the rule waits for late readings. */
function momentText({ at, decided }: ExplainedMoment, sight: Sight): Text {
  const time = sight.clock(Date.parse(at));
  if (at === decided) return { zh: `${time} `, en: `at ${time}` };
  const later = sight.clock(Date.parse(decided));
  return { zh: `${time}（${later} 判定）`, en: `at ${time}, decided at ${later}` };
}

function lasted(duration: string): string {
  return spoken(parseDuration(duration) ?? 0);
}
