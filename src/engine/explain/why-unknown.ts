import type { FactReference } from '../../model/condition.ts';
import type { Reason } from '../../model/explanation.ts';
import type { Millis } from '../../model/time.ts';
import { BaselineCells } from '../cells/baseline-cells.ts';
import { TRUE, UNKNOWN, type ConditionNode } from '../condition/compile-condition.ts';
import { operandsOf } from './operands.ts';
import { KEY, membersOf, namedTree } from './replica.ts';
import type { Sight } from './sight.ts';
import { factText, reason, spoken } from './words.ts';
import { whySettling } from './why-settling.ts';
import { whySignUnknown } from './why-sign-unknown.ts';
import { heldFor, whyMembers, whyWindow } from './why-window.ts';

type Why = (reference: FactReference, sight: Sight) => Reason;

/** Why a fact that is not known is not. */
export function whyUnknown(reference: FactReference, sight: Sight): Reason {
  const fact = sight.resolve(reference);
  if (READS_KEY.has(fact.fact)) {
    const silent = whySilent(sight);
    if (silent !== null) return silent;
  }
  return (REASONS[fact.fact] ?? whyWindow)(fact, sight);
}

/** Facts of the key's own readings: none of them is known once it has been silent for longer than `stale`. */
const READS_KEY = new Set('last rank min max mean sum stddev percentile leq change rate increase occupancy absence'.split(' '));

/** The key has said nothing, or nothing for too long. */
export function whySilent(sight: Sight): Reason | null {
  const { newest, at, rule } = sight;
  if (newest === Number.NEGATIVE_INFINITY) return reason('never-heard', '从未收到读数', 'no reading has come yet');
  if (!sight.isStale) return null;
  const [silent, stale] = [spoken(at - newest), spoken(rule.stale ?? 0)];
  const last = sight.clock(newest);
  return reason(
    'stale',
    `已沉默 ${silent}（最新读数 ${last}，超过 ${stale} 即不采信）`,
    `silent for ${silent} (newest reading ${last}, stale after ${stale})`,
  );
}

const REASONS: Readonly<Record<string, Why>> = {
  last: whyLast,
  rank: whyRank,
  absence: whyAbsence,
  share: whyShare,
  place: whyAttribute,
  sensor: whyAttribute,
  ratio: (fact, sight) =>
    whyOperand(operandsOf(fact), sight) ?? reason('zero-divisor', `${factText(fact)} 的除数为 0`, `${factText(fact)} would divide by zero`),
  difference: whyPart,
  total: whyPart,
  greatest: whyPart,
  least: whyPart,
  piecewise: whyPart,
  choose: whyChoice,
  occupancy: () => reason('no-sample', '自上次清零以来没有进出计数', 'nobody was counted since the last reset'),
  'gateway-down': (fact, sight) => whySettling(sight) ?? notKnown(fact),
  sign: whySignUnknown,
  'robust-z': whyHistory,
  'poisson-z': whyHistory,
  ears: whyHistory,
  'seasonal-rank': whyHistory,
};

function notKnown(fact: FactReference): Reason {
  return reason('unknown', `${factText(fact)} 未知`, `${factText(fact)} is not known`);
}

function whyPart(fact: FactReference, sight: Sight): Reason {
  return whyOperand(operandsOf(fact), sight) ?? notKnown(fact);
}

/** The first operand that is not known, and why. */
function whyOperand(operands: readonly FactReference[], sight: Sight): Reason | null {
  for (const operand of operands) {
    if (sight.ask(operand) !== undefined) continue;
    const { code, text } = whyUnknown(operand, sight);
    const named = factText(operand);
    if (text.en.startsWith(named)) return { code, text };
    return reason(code, `${named} ${text.zh}`, `${named}: ${text.en}`);
  }
  return null;
}

function whyLast(fact: FactReference, sight: Sight): Reason {
  if (fact.params?.['across'] !== undefined) return whyMembers(fact, sight);
  const named = factText(fact);
  if (fact.params?.['within'] !== undefined)
    return reason('no-sample', `${named} 尚无合理范围内的读数`, `${named} has had no plausible reading yet`);
  return reason('no-sample', `${named} 尚无读数`, `${named} has had no reading yet`);
}

function whyRank(fact: FactReference, sight: Sight): Reason {
  const needed = fact.params?.['rank'] as number;
  const { samples } = heldFor(fact, sight);
  return reason('too-few-samples', `只有 ${samples} 个样本，需要 ${needed} 个`, `${samples} of the ${needed} samples that it needs`);
}

function whyAbsence(fact: FactReference, sight: Sight): Reason {
  const settling = whySettling(sight);
  if (settling !== null) return settling;
  const { memory } = sight.replica;
  const { gateways } = memory.around;
  const members = membersOf(memory, KEY).map((member) => memory.memberSensor[member] as number);
  const out = members.map((sensor) => gateways.gatewayOf(sensor)).find((gateway) => gateway !== -1);
  if (fact.params?.['of'] !== undefined && heldFor(fact, sight).samples === 0) return whyLast(fact, sight);
  if (out === undefined) return reason('never-heard', '从未收到读数', 'no reading has come yet');
  const id = gateways.idOf(out);
  return gateways.isDown(out, sight.at)
    ? reason(
        'gateway-out',
        `网关 ${id} 失联，其下设备是否沉默无从得知`,
        `gateway ${id} is out, so nobody knows whether its sensors are silent`,
      )
    : reason(
        'gateway-out',
        `网关 ${id} 刚恢复，设备还没到上报的时候`,
        `gateway ${id} has only just come back; its sensors have not had time to speak`,
      );
}

function whyShare(fact: FactReference, { rule }: Sight): Reason {
  if (fact.params?.['silent'] === true)
    return reason('no-cadence', '没有一个设备有上报周期', 'none of its sensors has a cadence by which to call it silent');
  const named = factText(fact);
  return reason(
    'no-sample',
    `没有一个设备报送过 ${named} 所需的测量`,
    `none of the sensors of this ${rule.scope} has sent what ${named} asks for`,
  );
}

function whyAttribute(fact: FactReference, { replica, rule }: Sight): Reason {
  const name = String(fact.params?.['attribute']);
  if (fact.fact === 'sensor')
    return rule.scope === 'sensor'
      ? reason('attribute-missing', `台账中该设备没有属性 ${name}`, `the registry gives this sensor no ${name}`)
      : reason('attribute-missing', '判断对象不是单个设备', 'the key is not one sensor');
  const place = replica.memory.placeOf(KEY);
  return place === null
    ? reason('no-place', '台账中没有它的地点', 'the registry gives it no place')
    : reason('attribute-missing', `台账中${place.title.zh}没有属性 ${name}`, `the registry gives ${place.title.en} no ${name}`);
}

function whyChoice(fact: FactReference, sight: Sight): Reason {
  const tree = namedTree(sight.replica, String(fact.params?.['when']));
  const truth = tree?.test(KEY) ?? UNKNOWN;
  if (tree !== null && truth === UNKNOWN) return whyConditionUnknown(tree, sight);
  const chosen = fact.params?.[truth === TRUE ? 'then' : 'else'] as FactReference;
  return whyOperand([chosen], sight) ?? notKnown(fact);
}

/** The first comparison below that decides nothing, and why. */
export function whyConditionUnknown(node: ConditionNode<number>, sight: Sight): Reason {
  const { leaf } = node;
  if (leaf === null) {
    const unknown = node.children.find((child) => child.test(KEY) === UNKNOWN);
    return unknown === undefined ? reason('unknown', '未知', 'not known') : whyConditionUnknown(unknown, sight);
  }
  if (leaf.left(KEY) === undefined) return whyUnknown(leaf.fact, sight);
  const { value } = leaf;
  if (leaf.right(KEY) === undefined && typeof value === 'object' && value !== null && 'fact' in value) return whyUnknown(value, sight);
  return reason('not-comparable', `${factText(leaf.fact)} 的值不能这样比较`, `${factText(leaf.fact)} cannot be compared so`);
}

const WEEK: Millis = 7 * 86_400_000;
const LEAST_WEEKS = 2;

function whyHistory(fact: FactReference, sight: Sight): Reason {
  const operand = whyOperand(operandsOf(fact), sight);
  if (operand !== null) return operand;
  const cells = sight.fact(fact).stores.find((store) => store.cells instanceof BaselineCells)?.cells;
  const { params = {} } = fact;
  if (!(cells instanceof BaselineCells) || typeof params['slot'] !== 'string')
    return reason('too-little-history', '历史还不够长', 'there is too little history yet');
  const now = cells.slotOf(sight.at);
  const perWeek = Math.round(WEEK / cells.slot);
  const weeks = typeof params['weeks'] === 'number' ? params['weeks'] : 4;
  const known = Array.from({ length: weeks }, (_, i) => cells.at(KEY, now - (i + 1) * perWeek)).filter(
    (value) => !Number.isNaN(value),
  ).length;
  return reason(
    'too-little-history',
    `历史还不够长：同一时段只有 ${known} 周，至少要 ${LEAST_WEEKS} 周`,
    `too little history: the same slot of ${known} earlier weeks, ${LEAST_WEEKS} are needed`,
  );
}
