import type { Reason } from '../../model/explanation.ts';
import type { Sight } from './sight.ts';
import { reason } from './words.ts';

/** After a start nobody is called silent for a while: whoever was shut out may speak first. */
export function whySettling(sight: Sight): Reason | null {
  const { notBefore } = sight.live.memory.around;
  if (!sight.live.compiled.judgesSilence || notBefore <= sight.at) return null;
  const until = sight.clock(notBefore);
  return reason('settling', `刚启动，${until} 以前不判断沉默`, `just started: silence is not judged before ${until}`);
}
