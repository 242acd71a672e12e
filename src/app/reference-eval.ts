import { setImmediate } from 'node:timers/promises';
import { Engine } from 'json-rules-engine';
import type { Question } from '../engine/condition/evaluate.ts';
import { Expansion } from '../engine/condition/expansion.ts';

type Named = Parameters<Engine['setCondition']>[1];
type Root = Parameters<Engine['addRule']>[0]['conditions'];

/** What the npm package itself answers; rejects where it fails. */
export async function askReference({ conditions, facts, named }: Question): Promise<boolean> {
  const engine = new Engine();
  bound(engine);
  for (const [name, condition] of Object.entries(named)) engine.setCondition(name, condition as Named);
  engine.addRule({ conditions: conditions as Root, event: { type: 'answer' } });
  const { results, failureResults } = await engine.run(facts);
  // Its result is what a truthy one passes as well; a rule is met by `true` only.
  return ([...results, ...failureResults][0]?.result as unknown) === true;
}

/** A condition that refers to itself would keep the package busy for ever. */
function bound(engine: Engine): void {
  const expansion = new Expansion();
  class Bounded extends Map<string, unknown> {
    override get(name: string): unknown {
      const named = super.get(name);
      if (named !== undefined) expansion.charge(named);
      return named;
    }
  }
  (engine as unknown as { conditions: Map<string, unknown> }).conditions = new Bounded();
}

/**
 * Where one condition of a group fails at once and another later, the package leaves the later failure to nobody, and
 * Node would end the process. Its answer has been given by then.
 */
export function ignoreLeftOver(): () => Promise<void> {
  const ignore = (): void => {};
  process.on('unhandledRejection', ignore);
  return async () => {
    // Those of the last question come with this turn of the event loop.
    await setImmediate();
    process.off('unhandledRejection', ignore);
  };
}
