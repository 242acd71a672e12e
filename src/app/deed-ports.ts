import { randomUUID } from 'node:crypto';
import type { ApiPorts } from '../api/ports.ts';
import type { Drill, Silence } from '../model/silence.ts';
import type { Core } from './core.ts';
import type { Pipeline } from './pipeline.ts';

type DeedPorts = Pick<ApiPorts, 'commandOrder' | 'silences' | 'silence' | 'endSilence' | 'drills' | 'beginDrill' | 'endDrill'>;

/** What people do goes through the log like everything else: durable when it is answered, and the same at every replay. */
export function deedPorts(core: Core, pipeline: Pipeline): DeedPorts {
  return {
    commandOrder: async (order, { deed, by, reason, id }) => {
      const command = { kind: 'order-command', id: id ?? randomUUID(), order, deed, by, reason, at: null, door: 'http' } as const;
      const result = await pipeline.submit({ kind: 'command', command });
      if (result.kind !== 'command') throw new Error('a command was decided as something else');
      return { ...result.outcome, id: command.id };
    },
    silences: () => core.silences(),
    silence: async (draft) => {
      const silence: Silence = { kind: 'silence', id: `si_${randomUUID()}`, ...draft };
      await pipeline.submit({ kind: 'silence', silence });
      return silence;
    },
    endSilence: async (silence, by) => {
      const result = await pipeline.submit({ kind: 'unsilence', silence, by });
      return result.kind === 'deed' && result.done;
    },
    drills: () => core.drills(),
    beginDrill: async (draft) => {
      const drill: Drill = { kind: 'drill', id: `dr_${randomUUID()}`, ...draft };
      const result = await pipeline.submit({ kind: 'drill', drill });
      return result.kind === 'deed' && result.done ? drill : null;
    },
    endDrill: async (drill, by) => {
      const result = await pipeline.submit({ kind: 'drill-over', drill, by });
      return result.kind === 'deed' && result.done;
    },
  };
}
