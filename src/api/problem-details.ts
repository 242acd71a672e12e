import type { FastifyReply } from 'fastify';
import type { Text } from '../model/text.ts';

/** Errors of the HTTP API: stable codes, with their status and what they say. Listed in the README; a test holds both together. */
export const API_ERRORS = {
  'api-not-found': { status: 404, zh: '没有此资源', en: 'There is nothing here' },
  'api-order-unknown': { status: 404, zh: '没有此工单', en: 'There is no such order' },
  'api-alert-unknown': { status: 404, zh: '没有此告警', en: 'There is no such alert' },
  'api-sign-unknown': { status: 404, zh: '没有此体征', en: 'There is no such vital sign' },
  'api-key-unknown': { status: 404, zh: '该体征没有此判断对象', en: 'The sign has no such key' },
  'api-party-unknown': { status: 409, zh: '该单位没有此工单的派单', en: 'This party has no assignment in this order' },
  'api-silence-unknown': { status: 404, zh: '没有此静默', en: 'There is no such silence' },
  'api-drill-unknown': { status: 404, zh: '没有此演练', en: 'There is no such exercise' },
  'api-drill-impossible': {
    status: 422,
    zh: '没有此规则或地点，或该规则不派单',
    en: 'There is no such rule or place, or the rule opens no order',
  },
  'api-command-not-allowed': { status: 409, zh: '工单当前状态不允许此操作', en: 'The order does not allow this now' },
  'api-step-not-allowed': { status: 409, zh: '状态不允许此回执', en: 'The assignment does not allow this step now' },
  'api-receipt-id-reused': { status: 409, zh: '回执编号已用于另一状态', en: 'The id of the receipt was used for another state' },
  'api-reset-not-allowed': { status: 409, zh: '告警条件尚未结束，不能复位', en: 'The alert cannot be reset while its condition holds' },
  'api-delivery-unknown': { status: 404, zh: '没有此投递', en: 'There is no such delivery' },
  'api-delivery-not-parked': { status: 409, zh: '该投递未被搁置，无需重投', en: 'The delivery is not parked' },
  'api-delivery-order-over': { status: 409, zh: '工单已结束，不再重投', en: 'The order is over' },
  'api-delivery-overtaken': { status: 409, zh: '之后的消息已送达，内容更新', en: 'A later message of the order was taken meanwhile' },
  'api-request-invalid': { status: 400, zh: '请求格式有误', en: 'The request is not well formed' },
  'api-cursor-invalid': { status: 400, zh: '翻页游标有误', en: 'The cursor is not one that this list gave out' },
  'api-readings-refused': { status: 422, zh: '没有一条读数被接受', en: 'Not one of the readings was accepted' },
  'api-rules-refused': { status: 422, zh: '规则文件有误，原有规则继续有效', en: 'The rule files have faults; the rules in force go on' },
  'api-backtest-running': { status: 409, zh: '已有回测在运行', en: 'A back-test is under way already' },
  'api-backtest-unknown': { status: 404, zh: '没有此回测', en: 'There is no such back-test' },
  'api-content-type': { status: 415, zh: '请求体的类型不对', en: 'The body is of a type that is not read here' },
  'api-too-large': { status: 413, zh: '请求过大', en: 'The request is too large' },
  'api-too-many': { status: 429, zh: '请求过于频繁', en: 'Too many requests' },
  'api-unauthorized': { status: 401, zh: '需要有效的令牌', en: 'A valid token is needed' },
  'api-forbidden': { status: 403, zh: '令牌权限不足', en: 'The role of this token does not allow it' },
  'api-history-unavailable': { status: 503, zh: '历史数据暂不可用', en: 'History cannot be read now' },
  'api-internal': { status: 500, zh: '内部错误', en: 'Something failed here' },
} as const satisfies Readonly<Record<string, Text & { readonly status: number }>>;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** Answers with an RFC 9457 problem: `title` in English, `titleZh` in Chinese, `code` for machines. */
export function sendProblem(
  reply: FastifyReply,
  code: ApiErrorCode,
  detail?: string,
  extra: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const { status, en, zh } = API_ERRORS[code];
  const body = {
    type: `/docs/errors#${code}`,
    title: en,
    titleZh: zh,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...extra,
  };
  return reply.code(status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(body));
}
