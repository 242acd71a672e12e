import { XmlComment, XmlDocument, XmlElement } from 'libxml2-wasm';
import { CAP_NAMESPACE } from './cap.ts';

/**
 * What CAP 1.2 demands of a message, clause by clause: which elements, in which order, how often, and what each may hold
 * (OASIS CAP-v1.2-os, 3.2 and 3.3). The schema file of the standard is not ours to hand on, so its rules stand here in our own
 * words, with those that it leaves to the text. libxml2 says what XML is; whatever is no CAP is told by its path.
 */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

type Judge = (text: string) => boolean;
type Content = Judge | Shape;
type Shape = readonly (readonly [name: string, least: number, most: number, content: Content])[];

const MANY = Number.POSITIVE_INFINITY;
const anyText: Judge = () => true;
const oneOf =
  (...words: string[]): Judge =>
  (text) =>
    words.includes(text);
/** Spaces, commas, `<` and `&` are forbidden, since references are made of it. */
const identifier: Judge = (text) => /^[^\s,<&]+$/.test(text);
const dateTime: Judge = (text) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-](0\d|1[0-4]):[0-5]\d$/.test(text) &&
  !text.endsWith('+00:00') &&
  isDay(text) &&
  !Number.isNaN(Date.parse(text));
const language: Judge = (text) => /^[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*$/.test(text);
const uri: Judge = (text) => URL.canParse(text);
const decimal: Judge = (text) => /^[+-]?\d+(\.\d+)?$/.test(text);
const integer: Judge = (text) => /^[+-]?\d+$/.test(text);
const point: Judge = (text) => {
  const [, lat, lon] = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  return lat !== undefined && Math.abs(Number(lat)) <= 90 && Math.abs(Number(lon)) <= 180;
};
const circle: Judge = (text) => {
  const [centre = '', radius = '', ...rest] = text.split(' ');
  return point(centre) && /^\d+(\.\d+)?$/.test(radius) && rest.length === 0;
};
const polygon: Judge = (text) => {
  const points = text.split(' ');
  return points.length >= 4 && points.every(point) && points[0] === points.at(-1);
};
const references: Judge = (text) =>
  text.split(/\s+/).every((one) => {
    const [sender = '', id = '', sent = '', ...rest] = one.split(',');
    return identifier(sender) && identifier(id) && dateTime(sent) && rest.length === 0;
  });

const NAMED: Shape = [
  ['valueName', 1, 1, anyText],
  ['value', 1, 1, anyText],
];
const RESOURCE: Shape = [
  ['resourceDesc', 1, 1, anyText],
  ['mimeType', 1, 1, anyText],
  ['size', 0, 1, integer],
  ['uri', 0, 1, uri],
  ['derefUri', 0, 1, anyText],
  ['digest', 0, 1, anyText],
];
const AREA: Shape = [
  ['areaDesc', 1, 1, anyText],
  ['polygon', 0, MANY, polygon],
  ['circle', 0, MANY, circle],
  ['geocode', 0, MANY, NAMED],
  ['altitude', 0, 1, decimal],
  ['ceiling', 0, 1, decimal],
];
const CATEGORY = oneOf('Geo', 'Met', 'Safety', 'Security', 'Rescue', 'Fire', 'Health', 'Env', 'Transport', 'Infra', 'CBRNE', 'Other');
const RESPONSE = oneOf('Shelter', 'Evacuate', 'Prepare', 'Execute', 'Avoid', 'Monitor', 'Assess', 'AllClear', 'None');
const INFO: Shape = [
  ['language', 0, 1, language],
  ['category', 1, MANY, CATEGORY],
  ['event', 1, 1, anyText],
  ['responseType', 0, MANY, RESPONSE],
  ['urgency', 1, 1, oneOf('Immediate', 'Expected', 'Future', 'Past', 'Unknown')],
  ['severity', 1, 1, oneOf('Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown')],
  ['certainty', 1, 1, oneOf('Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown')],
  ['audience', 0, 1, anyText],
  ['eventCode', 0, MANY, NAMED],
  ['effective', 0, 1, dateTime],
  ['onset', 0, 1, dateTime],
  ['expires', 0, 1, dateTime],
  ['senderName', 0, 1, anyText],
  ['headline', 0, 1, anyText],
  ['description', 0, 1, anyText],
  ['instruction', 0, 1, anyText],
  ['web', 0, 1, uri],
  ['contact', 0, 1, anyText],
  ['parameter', 0, MANY, NAMED],
  ['resource', 0, MANY, RESOURCE],
  ['area', 0, MANY, AREA],
];
const ALERT: Shape = [
  ['identifier', 1, 1, identifier],
  ['sender', 1, 1, identifier],
  ['sent', 1, 1, dateTime],
  ['status', 1, 1, oneOf('Actual', 'Exercise', 'System', 'Test', 'Draft')],
  ['msgType', 1, 1, oneOf('Alert', 'Update', 'Cancel', 'Ack', 'Error')],
  ['source', 0, 1, anyText],
  ['scope', 1, 1, oneOf('Public', 'Restricted', 'Private')],
  ['restriction', 0, 1, anyText],
  ['addresses', 0, 1, anyText],
  ['code', 0, MANY, anyText],
  ['note', 0, 1, anyText],
  ['references', 0, 1, references],
  ['incidents', 0, 1, anyText],
  ['info', 0, MANY, INFO],
];

/** @returns what is wrong, as `path: what`; nothing when it is CAP 1.2. */
export function checkCap(xml: string): string[] {
  let alert: Element;
  try {
    alert = readXml(xml);
  } catch (error) {
    return [`: ${error instanceof Error ? error.message : 'unreadable'}`];
  }
  if (alert.name !== 'alert') return [`/${alert.name}: not an alert`];
  return [...shapeProblems(alert, ALERT, '/alert'), ...togetherProblems(alert)];
}

/** libxml2 reads it. @throws Error for what is not well formed, an attribute, or an element of another namespace */
export function readXml(xml: string): Element {
  const document = XmlDocument.fromString(xml);
  try {
    return elementOf(document.root);
  } finally {
    document.dispose();
  }
}

export function textOf(parent: Element, ...path: readonly string[]): string | undefined {
  const [name, ...rest] = path;
  const child = parent.children.find((one) => one.name === name);
  return rest.length === 0 || child === undefined ? child?.text : textOf(child, ...rest);
}

function elementOf(node: XmlElement): Element {
  if (node.namespaceUri !== CAP_NAMESPACE) throw new Error(`namespace of ${node.name}`);
  if (node.attrs.length > 0) throw new Error(`attribute of ${node.name}`);
  const children: Element[] = [];
  let text = '';
  for (let child = node.firstChild; child !== null; child = child.next) {
    if (child instanceof XmlElement) children.push(elementOf(child));
    else if (!(child instanceof XmlComment)) text += child.content;
  }
  return { name: node.name, text, children };
}

function shapeProblems({ text, children }: Element, shape: Shape, path: string): string[] {
  const problems: string[] = [];
  if (text.trim() !== '') problems.push(`${path}: text between elements`);
  const rank = new Map(shape.map(([name], index) => [name, index]));
  let last = -1;
  for (const { name } of children) {
    const place = rank.get(name) ?? -1;
    if (place === -1) problems.push(`${path}/${name}: unknown`);
    else if (place < last) problems.push(`${path}/${name}: out of order`);
    else last = place;
  }
  for (const [name, least, most, content] of shape) {
    const found = children.filter((one) => one.name === name);
    if (found.length < least) problems.push(`${path}/${name}: missing`);
    if (found.length > most) problems.push(`${path}/${name}: more than once`);
    for (const one of found) problems.push(...contentProblems(one, content, `${path}/${name}`));
  }
  return problems;
}

function contentProblems(element: Element, content: Content, path: string): string[] {
  if (typeof content !== 'function') return shapeProblems(element, content, path);
  if (element.children.length > 0) return [`${path}: elements in text`];
  return content(element.text) ? [] : [`${path}: ${element.text}`];
}

/** What depends on another element. */
function togetherProblems(alert: Element): string[] {
  const problems: string[] = [];
  const has = (name: string): boolean => (textOf(alert, name) ?? '') !== '';
  const scope = textOf(alert, 'scope');
  if (scope === 'Private' && !has('addresses')) problems.push('/alert/addresses: required where scope is Private');
  if (scope === 'Restricted' && !has('restriction')) problems.push('/alert/restriction: required where scope is Restricted');
  if (textOf(alert, 'msgType') !== 'Alert' && !has('references')) problems.push('/alert/references: required unless msgType is Alert');
  for (const area of alert.children.flatMap(({ children }) => children.filter(({ name }) => name === 'area')))
    if (textOf(area, 'ceiling') !== undefined && textOf(area, 'altitude') === undefined)
      problems.push('/alert/info/area/ceiling: only with an altitude');
  return problems;
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const day = text.slice(0, 10);
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
