import type { Reason } from '../../model/explanation.ts';
import { levelRank } from '../../model/level.ts';
import { COLOUR } from '../because.ts';
import { longerBy } from './explain-levels.ts';
import { KEY, membersOf } from './replica.ts';
import type { Sight } from './sight.ts';
import { whySettling } from './why-settling.ts';
import { whySilent } from './why-unknown.ts';
import { reason, spoken } from './words.ts';

/** What stands in the way of a level, or keeps one, beside its conditions. */
export function heldBy(sight: Sight): Reason[] {
  return [
    ...[whySettling(sight)].filter((one) => one !== null),
    ...gatewaysOut(sight),
    ...silent(sight),
    ...flapping(sight),
    ...noOrder(sight),
  ];
}

/** One that is out explains a silence; one that is just back matters only where silence is judged. */
function gatewaysOut({ replica, at }: Sight): Reason[] {
  const { memory, compiled } = replica;
  const { gateways } = memory.around;
  const hidden = new Map<number, number>();
  for (const member of membersOf(memory, KEY)) {
    const sensor = memory.memberSensor[member] as number;
    if (!gateways.hides(sensor, at, memory.cadenceOf(member))) continue;
    const gateway = gateways.gatewayOf(sensor);
    hidden.set(gateway, (hidden.get(gateway) ?? 0) + 1);
  }
  return [...hidden].flatMap(([gateway, sensors]) => {
    const id = gateways.idOf(gateway);
    const [zh, en] = [`其下 ${sensors} 个设备`, `sensors behind it: ${sensors}`];
    if (gateways.isDown(gateway, at))
      return [reason('gateway-out', `网关 ${id} 失联，${zh}的沉默不作判断`, `gateway ${id} is out, and silence is not judged (${en})`)];
    if (!compiled.judgesSilence) return [];
    return [
      reason(
        'gateway-back',
        `网关 ${id} 刚恢复，${zh}还没到上报的时候`,
        `gateway ${id} is just back, too short a time to call anybody silent (${en})`,
      ),
    ];
  });
}

function silent(sight: Sight): Reason[] {
  const why = whySilent(sight);
  if (why === null || why.code !== 'stale') return [];
  return [
    reason(
      'stale',
      `${why.text.zh}：既不升级也不解除，持续从下一条读数起重新计时`,
      `${why.text.en}: nothing is raised or cleared, and holds begin anew with the next reading`,
    ),
  ];
}

function flapping(sight: Sight): Reason[] {
  const { levels, flap } = sight.rule;
  if (flap === null) return [];
  return levels.flatMap(({ level }, i) => {
    const active = ((sight.live.memory.active[sight.key] as number) & (1 << i)) !== 0;
    const longer = longerBy(i, sight);
    if (!active || longer === 0) return [];
    const within = spoken(flap.within);
    return [
      reason(
        'flapping',
        `${COLOUR[level]}在 ${within} 内升了 ${flap.raises} 次：解除条件须持续 ${spoken(longer)}`,
        `${level} was raised ${flap.raises} times within ${within}: what clears it must hold for ${spoken(longer)}`,
      ),
    ];
  });
}

/** An alert that opens no order looks like one that was lost. */
function noOrder({ live, key, rule }: Sight): Reason[] {
  const level = live.levelAt(live.memory.standing[key] as number);
  if (level === null) return [];
  if (rule.order === null) return [reason('no-order', '本规则只告警，不派单', 'this rule alerts and opens no order')];
  const { from } = rule.order;
  if (levelRank(level) >= levelRank(from)) return [];
  return [reason('below-order', `${COLOUR[from]}起派单，现为${COLOUR[level]}`, `orders are opened from ${from} up; this is ${level}`)];
}
