import type { City } from '../../model/place.ts';
import type { ReadingBlock } from '../../model/reading-block.ts';
import type { Span } from '../../model/series.ts';
import type { CoreSettings } from '../definition.ts';
import type { Job, Side } from './backtest-plan.ts';
import type { Answering } from './imagined-answers.ts';
import type { RunResult } from './run-result.ts';

/** What a thread is started with. */
export interface ThreadSetup {
  readonly jobs: readonly Job[];
  readonly city: City;
  readonly settings: CoreSettings;
  readonly span: Span;
  readonly answering: Answering;
}

export type ThreadRequest = { readonly kind: 'block'; readonly block: ReadingBlock } | { readonly kind: 'end' };

export type ThreadReply =
  /** Ready for another block. */
  { readonly kind: 'taken' } | { readonly kind: 'done'; readonly results: readonly { readonly side: Side; readonly result: RunResult }[] };
