import { ERROR_CODES } from './error-codes.ts';
import type { Text } from './text.ts';

const ANSWERS: Readonly<Record<number, Text>> = {
  401: { zh: '未通过验签或认证', en: 'it did not accept the signature or the sender' },
  403: { zh: '不允许发送', en: 'it forbids the sender' },
  404: { zh: '没有这个地址', en: 'it has no such address' },
  408: { zh: '它等不及了', en: 'it waited too long' },
  410: { zh: '地址已停用', en: 'the address is gone' },
  413: { zh: '正文太大', en: 'the body is too large for it' },
  422: { zh: '内容不被接受', en: 'it does not accept the content' },
  429: { zh: '太频繁，稍后再发', en: 'too often; later' },
};

const REASONS: Readonly<Record<string, Text>> = {
  'time-out': { zh: '限时内没有应答', en: 'No answer in time' },
  'network-ECONNREFUSED': { zh: '无人监听该端口', en: 'Nobody listens at the port' },
  'network-ECONNRESET': { zh: '连接被对方中断', en: 'The connection was cut by the other side' },
  'network-UND_ERR_SOCKET': { zh: '连接被对方中断', en: 'The connection was cut by the other side' },
  'network-ENOTFOUND': { zh: '主机名无法解析', en: 'The name of the host is unknown' },
  'network-EHOSTUNREACH': { zh: '主机不可达', en: 'The host is out of reach' },
  'url-invalid': { zh: '推送地址有误', en: 'The address of the webhook is wrong' },
  'endpoint-kind': { zh: '地址与通道不符', en: 'The address is of another kind of channel' },
  'order-closed': { zh: '工单已结束', en: 'The order is over' },
  'endpoint-removed': { zh: '地址已从配置中移除', en: 'The address is no longer configured' },
  readdressed: { zh: '改投今天的地址', en: 'Sent to an address of today' },
  internal: { zh: '本方出错', en: 'Something failed here' },
  closed: { zh: '发送时服务停止', en: 'The server stopped while it was sent' },
};

/** What the reason of an outcome means, for a person. Reasons that nobody foresaw say what they are called. */
export function reasonText(reason: string): Text {
  const known = REASONS[reason] ?? ERROR_CODES[reason];
  if (known !== undefined) return known;
  const [, kind, status] = /^(http|redirect)-(\d{3})$/.exec(reason) ?? [];
  if (kind === 'redirect') return { zh: `应答 ${status}：不跟随跳转`, en: `Answered ${status}: a redirect is not followed` };
  if (status !== undefined) {
    const hint = ANSWERS[Number(status)] ?? (status >= '500' ? { zh: '对方故障', en: 'a fault of the other side' } : null);
    return { zh: `应答 ${status}${hint === null ? '' : `：${hint.zh}`}`, en: `Answered ${status}${hint === null ? '' : `: ${hint.en}`}` };
  }
  if (reason.startsWith('mqtt-')) return { zh: `MQTT 发布失败（${reason.slice(5)}）`, en: `The publish failed (${reason.slice(5)})` };
  return { zh: `网络故障（${reason.replace(/^network-/, '')}）`, en: `The network failed (${reason.replace(/^network-/, '')})` };
}
