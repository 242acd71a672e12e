import { LEVELS, levelRank } from '../../model/level.ts';
import { didYouMean } from '../../model/nearest-name.ts';
import type { Problem } from '../../model/problem.ts';
import { parseDue, type DueTime } from '../../model/due.ts';
import type { RuleFile } from '../rule-file-shape.ts';
import type { RuleProblemCode } from '../rule-problem-codes.ts';

const DAY = 86_400_000;

/** The order can open, goes to parties that exist, and its due times do not fall. */
export function checkOrder({ order, levels }: RuleFile, file: string, parties: readonly string[] | undefined): Problem[] {
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
    const message = `The city has no party "${party}"${didYouMean(party, parties)}; use one of ${parties.join(', ')}.`;
    say('rule-party-unknown', i === 0 ? 'lead' : `support/${i - 1}`, message);
  });
  const [accept, arrive, close] = [order.due.accept, order.due.arrive, order.due.close].map((text) => parseDue(text) ?? 0);
  if (isFalling(accept ?? 0, arrive ?? 0) || isFalling(arrive ?? 0, close ?? 0)) {
    say(
      'rule-due-order',
      'due',
      'Write due times that do not fall: accept, then arrive, then close; after one in working days those that follow are in working days too.',
    );
  }
  return problems;
}

/** How long a working day lasts nobody can say beforehand: a duration is never known to be longer, and shorter only below a day each. */
function isFalling(before: DueTime, after: DueTime): boolean {
  if (typeof before === 'number') return before > (typeof after === 'number' ? after : after.days * DAY);
  return typeof after === 'number' || before.days > after.days;
}
