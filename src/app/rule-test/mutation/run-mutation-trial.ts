import { readCity } from '../../../config/city-folder.ts';
import { loadConfig } from '../../../config/load-config.ts';
import { checkRules } from '../../load-definition.ts';
import type { Mutant } from './mutants.ts';
import { mutateRule, type RuleMutation } from './mutation-trial.ts';

/*
 * `npm run test:mutation [rule…]`: moves every threshold of every rule by one step, down and up, and every hold by a tenth, one
 * at a time, and runs the rule's tests. A move that no test notices is named. Exit 0 only if every moved threshold was noticed,
 * every rule passes as it stands, and every level is reached.
 */
const asked = process.argv.slice(2);
const config = loadConfig({ env: process.env });
const city = await readCity(config.cityDir);
const { rules, problems } = await checkRules(config.rulesDir, city);
const chosen = rules.rules.filter(({ id }) => asked.length === 0 || asked.includes(id));
const print = (line: string): void => void process.stdout.write(`${line}\n`);
for (const { file, pointer, message } of problems) print(`✗ ${file}:${pointer} ${message}`);
for (const id of asked) if (!rules.rules.some((rule) => rule.id === id)) print(`✗ 没有这条规则 / there is no valid rule ${id}`);

const started = performance.now();
const done: RuleMutation[] = [];
for (const rule of chosen) {
  if (process.stderr.isTTY) process.stderr.write(`\r${done.length} / ${chosen.length}  ${rule.id}\u001b[K`);
  const result = mutateRule(config.rulesDir, rule, { rules: rules.rules, parties: city.parties });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  done.push(result);
  report(result);
}
process.exitCode = summary();

function report({ rule, file, failing, unreached, fates, survivors }: RuleMutation): void {
  const tried = fates.killed + fates.refused + fates.survived;
  const bad = failing.length + unreached.length + survivors.length;
  print(`${bad === 0 ? '✓' : '✗'} ${rule}: ${fates.killed} / ${tried} 被发现 noticed, ${fates.refused} 被拒绝 refused`);
  for (const name of failing) print(`    ${file}: 现状未通过，未变异 fails as it stands, nothing was moved: ${name}`);
  for (const level of unreached) print(`    ${file}#/levels/${level}: 没有用例达到 no case reaches it`);
  for (const survivor of survivors) print(`    ${survivorLine(file, survivor)}`);
}

function survivorLine(file: string, { kind, pointer, was, now }: Mutant): string {
  return `${file}#${pointer}: ${was} → ${now} 无用例发现 no case notices (${kind})`;
}

function summary(): number {
  const count = (of: (one: RuleMutation) => number): number => done.reduce((sum, one) => sum + of(one), 0);
  const survived = (kind: Mutant['kind']): number => count(({ survivors }) => survivors.filter((one) => one.kind === kind).length);
  const [thresholds, durations] = [survived('threshold'), survived('duration')];
  const broken = count(({ failing, unreached }) => failing.length + unreached.length) + problems.length;
  const missing = asked.filter((id) => !chosen.some((rule) => rule.id === id)).length;
  const tried = count(({ fates }) => fates.killed + fates.refused + fates.survived);
  const good = thresholds + broken + missing === 0;
  print(
    `${good ? '✓' : '✗'} ${done.length} 条规则 rules · ${tried} 个变异 mutants · ${count(({ fates }) => fates.killed)} 被发现 noticed · ` +
      `${count(({ fates }) => fates.refused)} 被拒绝 refused · 幸存 survived: ${thresholds} 阈值 thresholds, ${durations} 时长 durations · ` +
      `${Math.round((performance.now() - started) / 1_000)} s`,
  );
  return good ? 0 : 1;
}
