import { LEVELS, levelRank } from '../model/level.ts';
import type { Problem } from '../model/problem.ts';
import type { LevelRule, OrderRule, Rule } from '../model/rule.ts';
import { formatDuration, parseDuration, type Millis } from '../model/time.ts';
import { checkConditionLimits } from './condition-limits.ts';
import { checkConditionNames } from './condition-names.ts';
import { checkFacts } from './fact-check.ts';
import { guardJson } from './json-guard.ts';
import { LONGEST_DURATION, type LevelFile, type RuleFile } from './rule-file-shape.ts';
import type { RuleProblemCode } from './rule-problem-codes.ts';
import { checkSchema } from './schema-check.ts';
import { checkLadder } from './threshold-ladder.ts';

/** Bytes. */
export const RULE_FILE_LIMIT = 65_536;
export const RULE_FILE_ENDING = '.rule.json';

/** What the city knows; names outside it are refused. A part that is left out is not checked. */
export interface Vocabulary {
  readonly measures?: readonly string[];
  readonly parties?: readonly string[];
}

export interface ParsedRule {
  readonly rule: Rule | null;
  readonly problems: Problem[];
}

/**
 * Reads one rule file. The text is untrusted.
 *
 * R1 Nothing recurses into the text before its size, depth and number of conditions are known to be small.
 * R2 No key that names a prototype, and no key twice, gets as far as the parser's result.
 * R3 There is a rule only when there is no problem.
 * R4 Every problem says where it is and how to mend it.
 */
export function parseRule(text: string, file: string, vocabulary: Vocabulary = {}): ParsedRule {
  const { value, problems } = readJson(text, file);
  if (problems.length > 0) return { rule: null, problems };
  const shape = [...checkConditionLimits(value, file)];
  if (shape.length === 0) shape.push(...checkSchema('rule', value, file));
  if (shape.length > 0) return { rule: null, problems: shape };
  const parsed = value as RuleFile;
  const measures = vocabulary.measures === undefined ? null : new Set(vocabulary.measures);
  const meaning = [
    ...checkName(parsed, file),
    ...checkConditionNames(parsed, file),
    ...checkFacts(parsed, file, measures),
    ...checkLadder(parsed, file),
    ...checkOrder(parsed, file, vocabulary.parties),
  ];
  const rule = assemble(parsed, file, meaning);
  return { rule: meaning.length === 0 ? rule : null, problems: meaning };
}

/** Text to a value, or the problems that forbid it. */
export function readJson(text: string, file: string): { value: unknown; problems: Problem[] } {
  const refuse = (code: RuleProblemCode, message: string): { value: unknown; problems: Problem[] } => ({
    value: null,
    problems: [{ code, file, pointer: '', message }],
  });
  if (text.length > RULE_FILE_LIMIT || Buffer.byteLength(text) > RULE_FILE_LIMIT) {
    return refuse('rule-too-large', `Keep the file under ${RULE_FILE_LIMIT / 1024} KB.`);
  }
  const problems = guardJson(text, file);
  if (problems.length > 0) return { value: null, problems };
  try {
    return { value: JSON.parse(text) as unknown, problems: [] };
  } catch (error) {
    return refuse('rule-json', `Make this valid JSON: ${(error as Error).message}${placeOf(text, (error as Error).message)}.`);
  }
}

/** The parser counts characters; people count lines. */
function placeOf(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) as string).length + 1})`;
}

function checkName(rule: RuleFile, file: string): Problem[] {
  const problems: Problem[] = [];
  const steps = file.split('/');
  const name = steps.at(-1) as string;
  if (name !== rule.id + RULE_FILE_ENDING) {
    const message = `Name the file "${rule.id}${RULE_FILE_ENDING}", or change the id to match the file.`;
    problems.push({ code: 'rule-id-file', file, pointer: '/id', message });
  }
  const folder = steps.at(-2);
  if (folder !== undefined && folder !== rule.domain) {
    const message = `The file lies in the folder "${folder}"; move it to "${rule.domain}", or change the domain.`;
    problems.push({ code: 'rule-domain-folder', file, pointer: '/domain', message });
  }
  return problems;
}

function checkOrder({ order, levels }: RuleFile, file: string, parties: readonly string[] | undefined): Problem[] {
  if (order === undefined || order === null) return [];
  const problems: Problem[] = [];
  const say = (code: RuleProblemCode, pointer: string, message: string): void => {
    problems.push({ code, file, pointer: `/order/${pointer}`, message });
  };
  if (!LEVELS.some((level) => levels[level] !== undefined && levelRank(level) >= levelRank(order.from))) {
    say('rule-order-never', 'from', `No level reaches ${order.from}, so that no order would ever open; lower "from" or add the level.`);
  }
  if (order.support.includes(order.lead)) say('rule-party-twice', 'support', `Take "${order.lead}" out of "support"; it leads.`);
  [order.lead, ...order.support].forEach((party, i) => {
    if (parties === undefined || parties.includes(party)) return;
    say('rule-party-unknown', i === 0 ? 'lead' : `support/${i - 1}`, `The city has no party "${party}"; use one of ${parties.join(', ')}.`);
  });
  const [accept, arrive, close] = [order.due.accept, order.due.arrive, order.due.close].map(parseDuration);
  if ((accept ?? 0) > (arrive ?? 0) || (arrive ?? 0) > (close ?? 0)) {
    say('rule-due-order', 'due', 'Write due times that do not fall: accept, then arrive, then close.');
  }
  return problems;
}

type ReadDuration = (text: string | undefined, pointer: string) => Millis;

function assemble(parsed: RuleFile, file: string, problems: Problem[]): Rule {
  const read: ReadDuration = (text = '0s', pointer) => {
    const ms = parseDuration(text);
    if (ms !== null && ms <= LONGEST_DURATION) return ms;
    problems.push({ code: 'rule-duration', file, pointer, message: `Write a duration of at most ${formatDuration(LONGEST_DURATION)}.` });
    return 0;
  };
  return {
    kind: 'rule',
    id: parsed.id,
    version: parsed.version,
    title: parsed.title,
    domain: parsed.domain,
    unit: parsed.unit,
    scope: parsed.scope,
    split: parsed.split ?? null,
    models: parsed.models ?? [],
    value: parsed.value,
    levels: LEVELS.flatMap((level) => {
      const one = parsed.levels[level];
      return one === undefined ? [] : [assembleLevel(level, one, read)];
    }),
    conditions: parsed.conditions ?? {},
    latch: parsed.latch ?? false,
    lateness: read(parsed.lateness, '/lateness'),
    stale: parsed.stale === undefined || parsed.stale === null ? null : read(parsed.stale, '/stale'),
    order: parsed.order === undefined || parsed.order === null ? null : assembleOrder(parsed.order, read),
    source: parsed.source,
  };
}

function assembleLevel(level: LevelRule['level'], one: LevelFile, read: ReadDuration): LevelRule {
  const at = `/levels/${level}`;
  return {
    level,
    when: one.when,
    hold: read(one.for, `${at}/for`),
    clearWhen: one.clear?.when ?? null,
    clearHold: read(one.clear?.for, `${at}/clear/for`),
    evidence: one.evidence,
    source: one.source,
  };
}

function assembleOrder(order: NonNullable<RuleFile['order']>, read: ReadDuration): OrderRule {
  return {
    kind: order.kind,
    from: order.from,
    lead: order.lead,
    support: order.support,
    due: {
      accept: read(order.due.accept, '/order/due/accept'),
      arrive: read(order.due.arrive, '/order/due/arrive'),
      close: read(order.due.close, '/order/due/close'),
    },
  };
}
