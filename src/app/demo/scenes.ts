import { interpolate, round } from './curve.ts';
import type { Point } from './curve.ts';
import { noise } from './noise.ts';
import { alarm, every } from './scene.ts';
import type { Part, Scene, Stage } from './scene.ts';

const MINUTE = 60_000;
const CREDIT = 'UCI "PM2.5 Data of Five Chinese Cities", Liang et al. 2016, CC BY 4.0';

/** 06:50 Breakfast smoke: one detector, no second one; nobody is hurt, but somebody looks. */
export function kitchen({ clock }: Stage): Scene {
  return {
    id: 'kitchen',
    from: clock('06:50'),
    to: clock('07:00'),
    wall: 25,
    captions: [
      {
        at: clock('06:49:30'),
        text: {
          zh: '清晨，长桥一村一户人家做早饭，油烟熏响了独立式烟感。',
          en: 'Breakfast in Changqiao: kitchen smoke sets off one stand-alone smoke alarm.',
        },
      },
      {
        at: clock('06:53'),
        text: {
          zh: '烟散了，烟感复位；但消防仍要有人到场看过，工单才能闭环。',
          en: 'The smoke is gone and the alarm is quiet, yet the order closes only after somebody has looked.',
        },
      },
    ],
    parts: [alarm('smoke-changqiao-01', 'smoke', clock('06:50'), clock('06:52:30'))],
  };
}

/** The recorded hours 09 to 14 of 2013-12-06, then the fall of its hours 19 to 22, moved to noon. */
const HAZE_HOURS: readonly (readonly [string, number])[] = [
  ['07:00', 35],
  ['07:40', 160],
  ['08:20', 340],
  ['09:00', 438],
  ['10:00', 481],
  ['11:00', 507],
  ['11:30', 514],
  ['12:00', 334],
  ['12:40', 197],
  ['13:20', 94],
  ['14:00', 24],
];

/** 09:00 Haze, shaped on December 2013. */
export function haze({ city, clock, seed }: Stage): Scene {
  const points: Point[] = HAZE_HOURS.map(([time, value]) => [clock(time), value]);
  const values =
    (sensor: string, share: number): Part['values'] =>
    (at) =>
      at < clock('07:00') || at >= clock('14:00')
        ? null
        : {
            pm25: round(
              Math.max(20, interpolate(points, at) * share) * (1 + (noise(seed, sensor, Math.floor(at / MINUTE)) - 0.5) * 0.04),
              1,
            ),
          };
  return {
    id: 'haze',
    from: clock('08:20'),
    to: clock('10:40'),
    wall: 38,
    captions: [
      {
        at: clock('08:20'),
        text: {
          zh: '灰霾压城。曲线取自 2013 年 12 月 6 日的上海：当日均值 383，最高一小时 514 微克/立方米。',
          en: 'Haze over the city, shaped on Shanghai, 6 December 2013: 383 µg/m³ on the day, 514 in its worst hour.',
        },
        credit: CREDIT,
      },
      {
        at: clock('12:00'),
        text: {
          zh: '正午起风，灰霾散去（真实那天要到夜里）。',
          en: 'Wind at noon clears the haze (on the real day it came only at night).',
        },
      },
    ],
    // One station gets the whole curve, the others a share of it: thirteen orders for one haze would hide the rest of the day.
    parts: city.sensors
      .filter((sensor) => sensor.model === 'air-station')
      .map(({ id }) => ({ sensor: id, values: values(id, id === 'pm25-xujiahui-01' ? 1 : 0.22), extra: [] })),
  };
}

/** Millimetres a minute; 61.6 in the hour from 15:40, 9.1 in the next, as recorded for the hours 16 and 17 of 2013-09-13. */
export function rainOf(minute: number): number {
  if (minute < 0 || minute >= 120) return 0;
  if (minute >= 60) return round((9.1 * (120 - minute)) / 1_830, 2);
  // A triangle of 60 steps, highest in the middle; its steps add up to 930 units.
  const weight = minute < 30 ? minute + 1 : 60 - minute;
  return round((61.6 * weight) / 930, 2);
}

/** 16:00 Cloudburst, and the underpass that fills after it. */
export function cloudburst({ city, clock, seed }: Stage): Scene {
  const start = clock('15:40');
  const rain = (sensor: string, share: number): Part => ({
    sensor,
    values: (at) => (at < start || at >= clock('17:40') ? null : { rain: round(rainOf(Math.floor((at - start) / MINUTE)) * share, 2) }),
    extra: [],
  });
  const water: Point[] = [
    [clock('16:00'), 0],
    [clock('16:14'), 6],
    [clock('16:24'), 14],
    [clock('16:35'), 26],
    [clock('16:39'), 28],
    [clock('16:48'), 8],
    [clock('17:00'), 0],
  ];
  return {
    id: 'cloudburst',
    from: start,
    to: clock('17:20'),
    wall: 50,
    captions: [
      {
        at: clock('15:50'),
        text: {
          zh: '午后暴雨。雨势取自 2013 年 9 月 13 日的上海：16 时这一小时 61.6 毫米，全天 80 毫米。',
          en: 'A cloudburst, shaped on Shanghai, 13 September 2013: 61.6 mm in hour 16, 80 mm on the day.',
        },
        credit: CREDIT,
      },
      {
        at: clock('16:20'),
        text: { zh: '下立交开始积水，水深过 25 厘米即须封路。', en: 'The underpass fills; past 25 cm the road has to be closed.' },
      },
    ],
    parts: [
      // The core of the storm stands over one gauge; the others get a share that stays below the first line.
      ...city.sensors
        .filter((sensor) => sensor.model === 'rain-gauge')
        .map(({ id }) => rain(id, id === 'rain-xujiahui-01' ? 1 : round(0.3 + 0.2 * noise(seed, id, 0), 2))),
      {
        sensor: 'ponding-hongmei-underpass-01',
        values: (at) =>
          at < clock('16:00') || at >= clock('17:10')
            ? null
            : { depth: round(Math.max(0, interpolate(water, at) + (noise(seed, 'ponding', Math.floor(at / 10_000)) - 0.5) * 0.4), 1) },
        extra: every(clock('16:00'), clock('17:10'), 10_000),
      },
    ],
  };
}

/** 19:30 Evening crowd at the Wukang Building, above what its geofence may hold. */
export function crowd({ city, clock, seed }: Stage): Scene {
  const capacity = city.places.find((place) => place.id === 'wukang-building')?.attributes['capacity'];
  const full = typeof capacity === 'number' ? capacity : 1_000;
  const share: Point[] = [
    [clock('19:00'), 0.4],
    [clock('19:15'), 0.66],
    [clock('19:30'), 1.04],
    [clock('19:37'), 1.2],
    [clock('19:44'), 1],
    [clock('19:52'), 0.75],
    [clock('20:10'), 0.4],
  ];
  const shareAt = (at: number): number | null => (at < clock('19:00') || at >= clock('20:15') ? null : interpolate(share, at));
  const jitter = (at: number): number => 1 + (noise(seed, 'wukang', Math.floor(at / 15_000)) - 0.5) * 0.02;
  const extra = every(clock('19:00'), clock('20:15'), 15_000);
  const headcount: Part['values'] = (at) => {
    const now = shareAt(at);
    return now === null ? null : { people: Math.round(full * now * jitter(at)) };
  };
  return {
    id: 'crowd',
    from: clock('19:10'),
    to: clock('20:15'),
    wall: 40,
    captions: [
      {
        at: clock('19:10'),
        text: {
          zh: `傍晚，武康大楼前人越聚越多；电子围栏的容量是 ${full} 人。`,
          en: `Evening: people gather at the Wukang Building; its geofence holds ${full}.`,
        },
      },
      {
        at: clock('19:39'),
        text: { zh: '民警与街道到场疏导，人群渐渐散去。', en: 'Police and the street office guide people away; the crowd thins.' },
      },
    ],
    parts: [
      { sensor: 'people-wukang-01', values: headcount, extra },
      {
        sensor: 'crowd-wukang-01',
        values: (at) => {
          const now = shareAt(at);
          return now === null ? null : { density: round(1.5 * now * jitter(at), 2) };
        },
        extra,
      },
    ],
  };
}

/** 21:10 A real fire: two smoke alarms and a heat detector at one place. */
export function fire({ clock }: Stage): Scene {
  return {
    id: 'fire',
    from: clock('21:09'),
    to: clock('21:24'),
    wall: 35,
    captions: [
      {
        at: clock('21:09:30'),
        text: {
          zh: '夜里，环贸 iapm 一处烟感报警。又是油烟？先派人去看。',
          en: 'Night: one smoke alarm at iapm. Cooking again? Somebody is sent to look.',
        },
      },
      {
        at: clock('21:10:50'),
        text: {
          zh: '第二只烟感、接着温感也报警：这是真火。工单升为红色。',
          en: 'A second smoke alarm, then a heat detector: this one is real. The order turns red.',
        },
      },
      { at: clock('21:13:10'), text: { zh: '火已扑灭，探测器复位。', en: 'The fire is out and the detectors are quiet.' } },
    ],
    parts: [
      alarm('smoke-iapm-01', 'smoke', clock('21:10'), clock('21:13')),
      alarm('smoke-iapm-02', 'smoke', clock('21:11'), clock('21:13')),
      alarm('heat-iapm-01', 'heat', clock('21:12'), clock('21:13')),
    ],
  };
}

/** In the order of the day. */
export const SCENES = [kitchen, haze, cloudburst, crowd, fire] as const;
