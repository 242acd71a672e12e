import type { OrderFormat } from '../model/delivery.ts';
import type { Problem } from '../model/problem.ts';
import type { FormatsConfig } from './config.ts';
import type { RawConfig, RawDesk, RawFormats } from './environment.ts';
import { pointerOf } from './json-pointer.ts';

type RawWebhook = NonNullable<RawDesk['webhooks']>[number];

/** What the schema cannot say of formats: each needs what it needs, wherever in the file that stands. */
export function checkFormats(raw: RawConfig, file: string, problems: Problem[]): void {
  const report = (path: readonly string[], message: string): void =>
    void problems.push({ code: 'config-format', file, pointer: pointerOf(path), message });
  const check = ({ webhooks = [] }: RawDesk, base: readonly string[]): void => {
    for (const [index, { format, mode }] of webhooks.entries()) {
      const path = [...base, 'webhooks', String(index)];
      if (mode !== undefined && format !== 'cloudevents')
        report([...path, 'mode'], 'Only CloudEvents have a mode: write "format": "cloudevents" beside it, or remove it.');
      if (format === 'cap' && raw.formats?.cap === undefined)
        report([...path, 'format'], 'CAP needs to know who sends: add "formats": {"cap": {"sender": …, "division": …, "sector": …}}.');
    }
  };
  for (const [id, party] of Object.entries(raw.parties ?? {})) {
    check(party, ['parties', id]);
    for (const [street, desk] of Object.entries(party.byStreet ?? {})) check(desk, ['parties', id, 'byStreet', street]);
  }
}

export function formatOf({ format, mode }: Pick<RawWebhook, 'format' | 'mode'>): { readonly format?: OrderFormat } {
  if (format === undefined || format === 'maibo') return {};
  return { format: mode === 'binary' ? 'cloudevents-binary' : format };
}

export function formatsOf(raw: RawFormats = {}): FormatsConfig {
  const { cloudevents, cap } = raw;
  return {
    source: cloudevents?.source ?? null,
    cap: cap === undefined ? null : { ...cap, unit: cap.unit ?? '000', extension: cap.extension ?? '00' },
  };
}
