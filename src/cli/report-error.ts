import { ERROR_CODES } from '../model/error-codes.ts';
import { Refusal } from '../model/problem.ts';
import { warn } from './io.ts';
import type { Io } from './io.ts';

/** What went wrong, in Chinese; the sentence after it says in English what exactly. */
const IN_CHINESE: Readonly<Record<string, string>> = {
  usage: '用法有误',
  'mapping-unreadable': '映射文件无法读取',
  'mapping-invalid': '映射文件有误',
  'recording-unreadable': '记录无法读取',
  'recording-format-unknown': '不知记录的格式',
  'recording-columns': '映射与记录的列不符',
  'recording-broken': '记录已损坏',
  'recording-empty': '记录是空的',
  'broker-unreachable': '连不上 MQTT 服务',
  'broker-silent': 'MQTT 服务不再确认',
  'publish-failed': '发布失败',
  'config-invalid': '配置有误',
};

/** One sentence for a person, a code for a program; a fault of our own keeps its stack. */
export function reportError(error: unknown, io: Io, json: boolean): number {
  if (!(error instanceof Refusal)) {
    warn(io, `maibo: internal error / 内部错误: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
  if (json) warn(io, JSON.stringify({ error: { code: error.code, message: error.message, problems: error.problems } }));
  else {
    const chinese = IN_CHINESE[error.code] ?? ERROR_CODES[error.code]?.zh;
    warn(io, `maibo: ${error.code}${chinese === undefined ? '' : ` ${chinese}`}: ${error.message}`);
    for (const { file, pointer, message } of error.problems) warn(io, `  ${file}:${pointer === '' ? '/' : pointer} ${message}`);
  }
  return error.code === 'usage' ? 2 : 1;
}
