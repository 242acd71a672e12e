import { buildChoose, buildDifference, buildGreatest, buildLeast, buildPiecewise, buildRatio, buildTotal } from './arithmetic-facts.ts';
import { buildEars, buildPoissonZ, buildRobustZ, buildSeasonalRank } from './baseline-facts.ts';
import { buildExceedances, buildOccupancy } from './day-facts.ts';
import type { BuildFact } from './fact-builder.ts';
import { buildGatewayDown } from './gateway-fact.ts';
import { buildPlace, buildSensor, buildTime } from './registry-facts.ts';
import { buildAbsence, buildLast, buildRank } from './sample-facts.ts';
import { buildShare } from './share-fact.ts';
import { buildSign } from './sign-fact.ts';
import { buildEpisodes, buildHeld } from './truth-facts.ts';
import {
  buildChange,
  buildCount,
  buildDistinct,
  buildIncrease,
  buildLeq,
  buildPercentile,
  buildRate,
  buildWindow,
} from './window-facts.ts';

/** The words that conditions may ask for, beside `value`. */
export const FACTS: Readonly<Record<string, BuildFact>> = {
  last: buildLast,
  rank: buildRank,
  absence: buildAbsence,
  min: (params, builder) => buildWindow('min', params, builder),
  max: (params, builder) => buildWindow('max', params, builder),
  mean: (params, builder) => buildWindow('mean', params, builder),
  sum: (params, builder) => buildWindow('sum', params, builder),
  stddev: (params, builder) => buildWindow('stddev', params, builder),
  percentile: buildPercentile,
  leq: buildLeq,
  count: buildCount,
  distinct: buildDistinct,
  change: buildChange,
  rate: buildRate,
  increase: buildIncrease,
  share: buildShare,
  place: buildPlace,
  sensor: buildSensor,
  time: buildTime,
  ratio: buildRatio,
  difference: buildDifference,
  total: buildTotal,
  greatest: buildGreatest,
  least: buildLeast,
  piecewise: buildPiecewise,
  choose: buildChoose,
  held: buildHeld,
  episodes: buildEpisodes,
  exceedances: buildExceedances,
  occupancy: buildOccupancy,
  sign: buildSign,
  'robust-z': buildRobustZ,
  'poisson-z': buildPoissonZ,
  ears: buildEars,
  'seasonal-rank': buildSeasonalRank,
  'gateway-down': buildGatewayDown,
};
