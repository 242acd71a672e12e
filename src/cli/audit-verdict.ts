import type { AuditVerdict } from '../app/audit-record.ts';
import type { Text } from '../model/text.ts';

type Damage = NonNullable<AuditVerdict['damage']>;
type Fault = AuditVerdict['faults'][number]['fault'];

const FAULT: Readonly<Record<Fault, Text>> = {
  form: { zh: '不是检查点', en: 'is no checkpoint' },
  'key-unknown': { zh: '由未知密钥签名', en: 'was signed by a key that is not among the public keys' },
  signature: { zh: '签名不符', en: 'does not match its signature' },
};

/** Found wrong: exit 1. */
export function isWrong({ damage, faults }: AuditVerdict): boolean {
  return damage !== null || faults.length > 0;
}

/** What a person reads at the end, in both languages. */
export function verdictLines(verdict: AuditVerdict): string[] {
  const { records, at, hash, damage, faults } = verdict;
  const until = at === null ? { zh: '', en: '' } : { zh: `，至 ${at}`, en: `, up to ${at}` };
  const whole: Text = { zh: `完好的记录 ${records} 条${until.zh}`, en: `${records} records are whole${until.en}` };
  return [
    ...(damage === null ? [] : said(damageText(damage))),
    ...faults.flatMap(({ line, fault }) =>
      said({ zh: `检查点文件第 ${line} 行${FAULT[fault].zh}`, en: `line ${line} of the checkpoints ${FAULT[fault].en}` }),
    ),
    ...said(whole),
    ...(hash === null ? [] : [`  ${hash}`]),
    ...said(reach(verdict)),
  ];
}

function damageText(damage: Damage): Text {
  switch (damage.kind) {
    case 'changed':
      return { zh: `第 ${damage.seq} 条被改动`, en: `record ${damage.seq} was changed` };
    case 'missing':
      return damage.seq === damage.to
        ? { zh: `缺第 ${damage.seq} 条`, en: `record ${damage.seq} is missing` }
        : { zh: `缺第 ${damage.seq} 至 ${damage.to} 条`, en: `records ${damage.seq} to ${damage.to} are missing` };
    case 'swapped':
      return {
        zh: `第 ${damage.seq} 条与第 ${damage.holds} 条被对调`,
        en: `records ${damage.seq} and ${damage.holds} were swapped`,
      };
    case 'cut':
      return {
        zh: `末尾被截去：检查点见过第 ${damage.to} 条，而记录止于第 ${damage.seq - 1} 条`,
        en: `the tail was cut: a checkpoint has seen record ${damage.to}, and the record ends with ${damage.seq - 1}`,
      };
    case 'rewritten':
      return {
        zh: `第 ${damage.seq} 条或其之前被整段改写：链完整，但与检查点不符`,
        en: `record ${damage.seq}, or what is before it, was written anew: the chain is whole, but it is not the one that was signed`,
      };
    case 'unreadable':
      return {
        zh: `自第 ${damage.seq} 条起文件无法读取（${damage.reason}）`,
        en: `the file cannot be read from record ${damage.seq} on (${damage.reason})`,
      };
  }
}

/** What nobody could know from this file alone is said, so that nobody relies on it. */
function reach({ checkpoints, signedUpTo, records, damage }: AuditVerdict): Text {
  if (damage !== null) return { zh: '自此处起不可采信', en: 'from there on it proves nothing' };
  if (checkpoints === null || signedUpTo === 0)
    return { zh: '没有检查点：末尾若被截去，无从得知', en: 'no checkpoint: nobody could tell if its tail had been cut' };
  const behind = records - signedUpTo;
  return {
    zh: `检查点证实至第 ${signedUpTo} 条${behind === 0 ? '' : `；其后 ${behind} 条尚未签名`}`,
    en: `checkpoints vouch for it up to record ${signedUpTo}${behind === 0 ? '' : `; the ${behind} after it are not signed yet`}`,
  };
}

function said({ zh, en }: Text): string[] {
  return [`${zh} / ${en}`];
}
