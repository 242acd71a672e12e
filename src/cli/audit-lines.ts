import type { AuditLine } from '../app/audit-record.ts';
import type { Text } from '../model/text.ts';

type Body = Readonly<Record<string, unknown>>;

const KIND: Readonly<Record<string, Text>> = {
  genesis: { zh: '起始', en: 'genesis' },
  alert: { zh: '告警', en: 'alert' },
  order: { zh: '工单', en: 'order' },
  receipt: { zh: '回执', en: 'receipt' },
  deliveries: { zh: '送达任务', en: 'deliveries' },
  'delivery.outcome': { zh: '送达结果', en: 'outcome' },
};

/** One record in one line for a person; the trail of an order in lines of its own. */
export function recordLines({ seq, text, record }: AuditLine): string[] {
  if (record === null) return [`${seq}  已损坏 / damaged  ${text.slice(0, 120)}`];
  const { at, kind, subject, body } = record;
  const name = KIND[kind] ?? { zh: '命令', en: kind.replace(/^event\./, '') };
  return [
    `${at}  #${seq}  ${name.zh} ${name.en}  ${subject}  ${tell(kind, body)}`.trimEnd(),
    ...trailLines(body),
    ...list(body['deliveries']).map(deliveryLine),
  ];
}

function tell(kind: string, body: Body): string {
  switch (kind) {
    case 'alert':
      return `${said(body['rule'])} v${said(body['version'])} ${said(body['key'])}  ${said(body['was'])} → ${said(body['state'])} ${said(body['level'])}${because(body)}`;
    case 'order':
      return [said(body['state']), said(body['level']), ...list(body['assignments']).map(assignment)]
        .filter((one) => one !== '')
        .join('  ');
    case 'receipt': {
      const { kind: result, code } = (body['outcome'] ?? {}) as Body;
      const office = typeof body['street'] === 'string' ? `/${body['street']}` : '';
      return `${said(body['party'] ?? body['gateway'])}${office} ${said(body['state'])} (${said(body['by'])}, ${said(body['door'])}) → ${said(result)}${code === undefined ? '' : ` ${said(code)}`}`;
    }
    case 'deliveries':
      return `${list(body['deliveries']).length}`;
    case 'delivery.outcome':
      return `${said(body['state'])}  ${said(body['attempts'])} 次 tries${body['status'] === undefined ? '' : `  ${said(body['status'])}`}${body['reason'] === null ? '' : `  ${said(body['reason'])}`}`;
    default:
      return Object.entries(body)
        .map(([key, value]) => `${key}=${said(value)}`)
        .join('  ');
  }
}

function because({ because: why }: Body): string {
  const { zh, en } = (why ?? {}) as Body;
  return zh === undefined ? '' : `  ${said(zh)} / ${said(en)}`;
}

function assignment(one: Body): string {
  return `${said(one['party'])}${typeof one['street'] === 'string' ? `/${one['street']}` : ''} ${said(one['role'])} ${said(one['state'])}`;
}

function trailLines(body: Body): string[] {
  return list(body['trail']).map((one) => {
    const state = one['state'] === null ? '' : ` → ${said(one['state'])}`;
    const note = one['note'] === null ? '' : ` “${said(one['note'])}”`;
    return `    ${said(one['what'])} ${said(one['party'])}${state}${one['by'] === null ? '' : ` (${said(one['by'])})`}${note}`;
  });
}

function deliveryLine(one: Body): string {
  const { url, topic } = (one['endpoint'] ?? {}) as Body;
  return `    ${said(one['type'])} → ${said(one['party'])} ${said(url ?? topic)}  ${said(one['state'])}  ${said(one['id'])}`;
}

function list(value: unknown): readonly Body[] {
  return Array.isArray(value) ? (value as readonly Body[]) : [];
}

/** What a record holds is said, whatever it is. */
function said(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
