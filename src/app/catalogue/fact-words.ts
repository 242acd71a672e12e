import type { FactReference } from '../../model/condition.ts';
import { outsideBrackets } from './outside-brackets.ts';

type Params = Readonly<Record<string, unknown>>;

const COMPARED: Readonly<Record<string, string>> = { equal: '=', above: '>', below: '<', atLeast: '≥', atMost: '≤' };

/** A fact in one short expression: `sum(rain, 1h)`, `max(a, 3m) − last(a)`. */
export function factWords({ fact, params = {} }: FactReference): string {
  return (WORDS[fact] ?? windowWords)(params, fact);
}

const WORDS: Readonly<Record<string, (params: Params, fact: string) => string>> = {
  value: () => '',
  place: ({ attribute }) => `place.${shown(attribute)}`,
  sensor: ({ attribute }) => `sensor.${shown(attribute)}`,
  time: ({ as }) => shown(as),
  sign: ({ sign, as, at, across }) => call(as === 'level' ? 'level' : 'sign', [sign, at, across]),
  share: ({ silent, ...params }) => (silent === true ? 'share(silent)' : windowWords(params, 'share')),
  absence: ({ of, unit }) => `${call('absence', [measures(of)])} in ${shown(unit ?? 's')}`,
  held: ({ when, unit }) => `${call('held', [when])} in ${shown(unit ?? 's')}`,
  episodes: ({ when, window }) => call('episodes', [when, window]),
  occupancy: ({ in: entered, out, reset }) => call('occupancy', [`${shown(entered)} − ${shown(out)}`, reset]),
  rank: ({ of, last, rank, order }) => call(order === 'lowest' ? 'lowest' : 'highest', [`${shown(rank)}/${shown(last)}`, measures(of)]),
  percentile: ({ p, ...params }) => windowWords(params, `p${shown(p)}`),
  change: ({ as, ...params }) => windowWords(params, 'change') + (as === 'percent' ? ' in %' : ''),
  rate: ({ per, ...params }) => `${windowWords(params, 'rate')} / ${shown(per)}`,
  exceedances: ({ mean, ...params }) => call('exceedances', [`${shown(mean)} mean of ${counted(params)}`, params['window']]),
  ratio: ({ of, to, times }) => `${operand(of)} / ${operand(to)}${times === undefined ? '' : ` × ${shown(times)}`}`,
  difference: ({ of, minus, absolute }) => {
    const words = `${operand(of)} − ${operand(minus)}`;
    return absolute === true ? `abs(${words})` : words;
  },
  total: ({ of }) => (of as readonly unknown[]).map(operand).join(' + '),
  greatest: ({ of }) => call('greatest', (of as readonly unknown[]).map(bare)),
  least: ({ of }) => call('least', (of as readonly unknown[]).map(bare)),
  piecewise: ({ of }) => call('piecewise', [bare(of)]),
  choose: ({ when, then, else: otherwise }) => `(${shown(when)} ? ${bare(then)} : ${bare(otherwise)})`,
  'robust-z': baselineWords,
  'poisson-z': baselineWords,
  ears: ({ of, method }) => call(`EARS ${shown(method)}`, [bare(of)]),
  'seasonal-rank': ({ of, years }) => call('seasonal-rank', [bare(of), `${shown(years)} years`]),
};

/** Measures, what is counted of them, the window, and how sensors come together. */
function windowWords(params: Params, fact: string): string {
  const { window, kind, ago, across, by } = params;
  return call(fact, [counted(params), windowOf(window, kind, ago), across, by]);
}

function windowOf(window: unknown, kind: unknown, ago: unknown): string | undefined {
  if (window === undefined) return undefined;
  const aligned = kind === undefined || kind === 'sliding' ? '' : ` ${shown(kind)}`;
  return `${shown(window)}${aligned}${ago === undefined ? '' : `, ${shown(ago)} ago`}`;
}

function baselineWords({ of, slot, weeks }: Params, fact: string): string {
  return call(fact, [bare(of), slot, `${shown(weeks ?? 4)} weeks`]);
}

function counted(params: Params): string {
  const [name] = Object.keys(COMPARED).filter((one) => params[one] !== undefined);
  const of = measures(params['of']) ?? '';
  return name === undefined ? of : `${of} ${COMPARED[name] as string} ${shown(params[name])}`;
}

function measures(of: unknown): string | undefined {
  return Array.isArray(of) ? of.join('/') : of === undefined ? undefined : shown(of);
}

/** Bracketed where it would run into what stands beside it. */
function operand(value: unknown): string {
  const words = bare(value);
  return / [−+/×] /.test(outsideBrackets(words)) ? `(${words})` : words;
}

function bare(value: unknown): string {
  return typeof value === 'object' && value !== null ? factWords(value as FactReference) || 'value' : shown(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function call(name: string, parts: readonly unknown[]): string {
  const said = parts.filter((part) => part !== undefined && part !== '').map(shown);
  return said.length === 0 ? name : `${name}(${said.join(', ')})`;
}
