import type { Fact } from '../condition/compile-condition.ts';
import { numberFact, type FactBuilder } from './fact-builder.ts';
import type { Params } from './params.ts';
import { CLOCK, TIME } from '../key-clock.ts';

/** 1 while the gateway of the key is out; for the rule that comes with the engine. */
export function buildGatewayDown(_params: Params, builder: FactBuilder): Fact<number> {
  const { memory, around } = builder;
  builder.judgesSilence = true;
  builder.instant = false;
  const gatewayOf = (key: number): number => around.gateways.indexOf(memory.subject(key).key.slice('gateway:'.length));
  builder.drifts = true;
  builder.edges.push((key, at) => {
    const down = around.gateways.downAt(gatewayOf(key));
    return down > at ? Math.max(down, around.notBefore) : around.notBefore;
  });
  return numberFact((key) => {
    const gateway = gatewayOf(key);
    const at = memory.clock[key * CLOCK + TIME] as number;
    if (at < around.notBefore) return Number.NaN;
    return gateway !== -1 && around.gateways.isDown(gateway, at) ? 1 : 0;
  });
}
