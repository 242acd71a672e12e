import { displayWidth, fit } from '../app/demo/display-width.ts';
import { LEVELS } from '../model/level.ts';
import type { Rule } from '../model/rule.ts';

const COLOURS: Readonly<Record<(typeof LEVELS)[number], string>> = { blue: '蓝', yellow: '黄', orange: '橙', red: '红' };
const NONE = '··';
const HEADER = ['领域 domain', '规则 rule', '版本 v', '等级 levels', '对象 scope', '单位 unit', '名称 title'];

/** The rules as lines of a table, domain by domain. */
export function rulesTable(rules: readonly Rule[]): string[] {
  const sorted = [...rules].sort((a, b) => (a.domain === b.domain ? order(a.id, b.id) : order(a.domain, b.domain)));
  const rows = [HEADER, ...sorted.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] as string))));
  return rows.map((row) =>
    row
      .map((cell, column) => fit(cell, widths[column] as number))
      .join('  ')
      .trimEnd(),
  );
}

function rowOf(rule: Rule): string[] {
  const levels = LEVELS.map((level) => (rule.levels.some((one) => one.level === level) ? COLOURS[level] : NONE)).join('');
  return [rule.domain, rule.id, String(rule.version), levels, rule.scope, rule.unit, `${rule.title.zh} · ${rule.title.en}`];
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
