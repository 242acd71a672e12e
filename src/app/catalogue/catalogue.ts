import { LEVELS, type Level } from '../../model/level.ts';
import type { Evidence, LevelRule, Rule } from '../../model/rule.ts';
import { formatDue } from '../../model/due.ts';
import { formatDuration } from '../../model/time.ts';
import { conditionWords, namesInFacts } from './condition-words.ts';
import { factWords } from './fact-words.ts';
import { CATALOGUE_FOOT, CATALOGUE_HEAD, DOMAINS } from './catalogue-texts.ts';

/** One of the city's vital signs: its number in the catalogue, and the rule that stands for it. */
export interface Sign {
  readonly n: number;
  readonly id: string;
  readonly domain: string;
  readonly zh: string;
}

const COLOURS: Readonly<Record<Level, string>> = { blue: '蓝', yellow: '黄', orange: '橙', red: '红' };
const COLUMNS = [
  'n',
  'id',
  '体征 sign',
  '对象 scope',
  '值 value',
  '蓝 blue',
  '黄 yellow',
  '橙 orange',
  '红 red',
  '持续 hold',
  '解除 clear',
  '主办（协办） lead (support)',
  '签收/到场/办结 due',
  '依据 source',
];

/** `rules/CATALOGUE.md`, whole: every rule in a row, domain by domain, in the order of the signs. */
export function catalogueText(rules: readonly Rule[], signs: readonly Sign[]): string {
  const numbers = new Map(signs.map(({ id, n }) => [id, n]));
  const domains = [...new Set([...signs.map(({ domain }) => domain), ...rules.map(({ domain }) => domain)])];
  const tables = domains.flatMap((domain) => {
    const own = rules.filter((rule) => rule.domain === domain);
    own.sort((a, b) => (numbers.get(a.id) ?? Infinity) - (numbers.get(b.id) ?? Infinity));
    return own.length === 0 ? [] : [domainTable(domain, own, numbers)];
  });
  return `${[CATALOGUE_HEAD, countLines(rules), ...tables, CATALOGUE_FOOT].join('\n\n')}\n`;
}

function domainTable(domain: string, rules: readonly Rule[], numbers: ReadonlyMap<string, number>): string {
  const rows = rules.map((rule) => line(rowOf(rule, numbers.get(rule.id))));
  return [`## ${DOMAINS[domain] ?? domain}`, '', line(COLUMNS), line(COLUMNS.map(() => '---')), ...rows].join('\n');
}

function rowOf(rule: Rule, n: number | undefined): string[] {
  return [
    n === undefined ? '–' : String(n),
    `[${rule.id}](${rule.domain}/${rule.id}.rule.json)`,
    `${rule.title.zh}<br>${rule.title.en}`,
    rule.scope,
    cell(valueWords(rule)),
    ...LEVELS.map((level) =>
      levelCell(
        rule.levels.find((one) => one.level === level),
        rule,
      ),
    ),
    perLevel(rule, ({ hold }) => formatDuration(hold)),
    perLevel(rule, (level) => clearWords(level, rule)) + (rule.latch ? '<br>人工复位 reset by hand' : ''),
    rule.order === null ? '–' : cell(partyWords(rule.order)),
    rule.order === null ? '–' : Object.values(rule.order.due).map(formatDue).join(' / '),
    cell(`${rule.source.standard}${rule.source.effectiveFrom === null ? '' : `（施行 in force ${rule.source.effectiveFrom}）`}`),
  ];
}

/** What is measured, its unit, and the conditions that facts call by name. */
function valueWords(rule: Rule): string {
  const named = namesInFacts(rule).map((name) => `${name}: ${conditionWords(rule.conditions[name] as Rule['conditions'][string], rule)}`);
  return [`${factWords(rule.value)} [${rule.unit}]`, ...named].join('\n');
}

function levelCell(level: LevelRule | undefined, rule: Rule): string {
  return level === undefined ? '–' : `${cell(conditionWords(level.when, rule))} **${level.evidence}**`;
}

function clearWords({ clearWhen, clearHold }: LevelRule, rule: Rule): string {
  const words = clearWhen === null ? '不再成立 no longer true' : conditionWords(clearWhen, rule);
  return cell(clearHold === 0 ? words : `${words}, ${formatDuration(clearHold)}`);
}

/** Once where all levels agree, else a line for each. */
function perLevel(rule: Rule, words: (level: LevelRule) => string): string {
  const all = rule.levels.map((level) => ({ level: level.level, words: words(level) }));
  const [first] = all;
  if (first === undefined) return '–';
  if (all.every((one) => one.words === first.words)) return first.words;
  return all.map((one) => `${COLOURS[one.level]} ${one.words}`).join('<br>');
}

function partyWords({ from, lead, support }: NonNullable<Rule['order']>): string {
  const beside = support.length === 0 ? '' : ` (${support.join(', ')})`;
  return `${lead}${beside}\n${COLOURS[from]}起 from ${from}`;
}

function countLines(rules: readonly Rule[]): string {
  const levels = rules.flatMap((rule) => rule.levels);
  const count = (evidence: Evidence): number => levels.filter((level) => level.evidence === evidence).length;
  const marks = (['V', 'S', 'M', 'E'] as const).map((evidence) => `${evidence} ${count(evidence)}`).join(' · ');
  return `${rules.length} 条规则 rules · ${levels.length} 级 levels · ${marks}`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text that stands in a table: no bar and no angle bracket of its own ends or begins anything. */
function cell(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('\n', '<br>');
}
