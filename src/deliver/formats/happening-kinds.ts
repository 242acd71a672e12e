import type { Text } from '../../model/text.ts';

/** The categories of CAP 1.2, in its own words. */
export const CATEGORIES = [
  'Geo',
  'Met',
  'Safety',
  'Security',
  'Rescue',
  'Fire',
  'Health',
  'Env',
  'Transport',
  'Infra',
  'CBRNE',
  'Other',
] as const;
export type Category = (typeof CATEGORIES)[number];

export interface HappeningKind {
  readonly category: Category;
  readonly event: Text;
  /** Somebody expects it; nothing has measured it yet. */
  readonly expected: boolean;
}

/**
 * Every `order.kind` of the rules that come with us. In CAP, Met holds floods, Fire all that fire suppression looks after, Transport
 * roads and bridges too, Infra the other networks of a city.
 */
const KINDS: Readonly<Record<string, readonly [category: Category, zh: string, en: string]>> = {
  accident: ['Transport', '交通事故', 'Traffic accidents'],
  air: ['Env', '空气污染', 'Air pollution'],
  bikes: ['Transport', '共享单车淤积', 'Pile-up of shared bikes'],
  bridge: ['Transport', '桥梁结构异常', 'Unusual response of a bridge'],
  cold: ['Met', '寒潮', 'Cold wave'],
  congestion: ['Transport', '交通拥堵', 'Traffic congestion'],
  crane: ['Safety', '塔吊大风', 'Wind at a tower crane'],
  crowd: ['Safety', '人群聚集', 'Crowding'],
  ebike: ['Fire', '电动自行车违规充电', 'E-bike charged indoors'],
  electrical: ['Fire', '电气火灾隐患', 'Electrical fire hazard'],
  ems: ['Health', '急救响应延误', 'Slow ambulance response'],
  epidemic: ['Health', '疫情风险', 'Epidemic risk'],
  fire: ['Fire', '火警', 'Fire alarm'],
  'fire-lane': ['Fire', '消防通道占用', 'Fire lane blocked'],
  flood: ['Met', '暴雨', 'Heavy rain'],
  floodwall: ['Infra', '防汛墙位移', 'Displacement of the floodwall'],
  fog: ['Met', '大雾', 'Fog'],
  fume: ['Env', '餐饮油烟', 'Cooking fume'],
  gas: ['Infra', '燃气供气异常', 'Gas supply disturbed'],
  'gas-leak': ['Safety', '燃气泄漏', 'Gas leak'],
  gate: ['Infra', '防汛闸门未关', 'Flood gate open'],
  heat: ['Met', '高温', 'Heat'],
  hotline: ['Other', '市民热线诉求', 'Citizen hotline'],
  hydrant: ['Fire', '消火栓压力异常', 'Hydrant pressure'],
  'indoor-air': ['Health', '室内空气质量', 'Indoor air'],
  intrusion: ['Security', '周界闯入', 'Intrusion'],
  'lift-rescue': ['Rescue', '电梯困人', 'Persons trapped in a lift'],
  'lift-upkeep': ['Safety', '电梯故障', 'Lift faults'],
  manhole: ['Infra', '窨井盖异动', 'Manhole cover out of place'],
  noise: ['Env', '噪声', 'Noise'],
  'official-warning': ['Met', '官方预警', 'Official warning'],
  ponding: ['Met', '道路积水', 'Water on the road'],
  power: ['Infra', '供电异常', 'Power supply disturbed'],
  'public-order': ['Security', '警情突增', 'Surge of police calls'],
  pump: ['Infra', '排水泵站异常', 'Pump station out of order'],
  river: ['Met', '河道高水位', 'High river level'],
  'river-water': ['Env', '河道水质', 'River water quality'],
  sewer: ['Infra', '雨水管网满溢', 'Storm sewer full'],
  signal: ['Transport', '信号灯故障', 'Traffic signals out of order'],
  'site-dust': ['Env', '工地扬尘', 'Dust at a construction site'],
  'site-noise': ['Env', '工地噪声', 'Noise of a construction site'],
  'street-lights': ['Infra', '路灯故障', 'Street lights out'],
  structure: ['Safety', '构筑物倾斜', 'Leaning structure'],
  telemetry: ['Infra', '感知设备异常', 'Sensors out of order'],
  'thrown-object': ['Safety', '高空抛物', 'Object thrown from a building'],
  tide: ['Met', '高潮位', 'High tide'],
  underpass: ['Met', '下立交积水', 'Water in an underpass'],
  waste: ['Env', '垃圾满溢', 'Waste bins full'],
  'water-quality': ['Health', '供水水质', 'Tap water quality'],
  'water-supply': ['Infra', '供水异常', 'Water supply disturbed'],
  welfare: ['Safety', '独居老人异常', 'Concern for an elderly person'],
  wind: ['Met', '大风', 'Gale'],
};

const EXPECTED: ReadonlySet<string> = new Set(['official-warning']);

/** @returns `null` for a kind of a city's own rules, which goes out as Other under the order's title. */
export function happeningKind(kind: string): HappeningKind | null {
  if (!Object.hasOwn(KINDS, kind)) return null;
  const [category, zh, en] = KINDS[kind] as (typeof KINDS)[string];
  return { category, event: { zh, en }, expected: EXPECTED.has(kind) };
}

export const HAPPENING_KINDS: readonly string[] = Object.keys(KINDS);
