import { checkContainment } from '../app/check-containment.ts';
import { createToken, passwordHashOf } from '../app/credentials.ts';
import { loadDefinition } from '../app/load-definition.ts';
import { loadConfig } from '../config/load-config.ts';
import { assertSafe } from '../config/safety.ts';
import { Refusal } from '../model/problem.ts';
import { readFlags, usage, type CommandSpec, type Flags } from './flags.ts';
import { say, type Io } from './io.ts';
import { readPassword } from './read-password.ts';

const SPEC: CommandSpec = {
  usage: 'config check|hash|token [--config FILE] [--json]',
  about: {
    zh: 'check：检查配置、城市与规则，不启动服务；hash：由口令生成 passwordHash；token：生成访问令牌及其登记条目',
    en: 'check: configuration, city and rules, without starting anything; hash: a passwordHash from a password; token: an access token and its entry',
  },
  flags: {},
  operands: { least: 1, most: 1 },
};

export async function runConfig(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  switch (flags.operands[0]) {
    case 'check':
      return check(flags, io);
    case 'hash':
      return hash(flags, io);
    case 'token':
      return token(flags, io);
    default:
      throw usage(`"${flags.operands[0] ?? ''}" is not one of check, hash, token`, SPEC);
  }
}

/** The line alone goes to the standard output, so that it can be piped on. */
async function hash(flags: Flags, io: Io): Promise<number> {
  const passwordHash = await passwordHashOf(await readPassword(io));
  say(io, flags.on('json') ? JSON.stringify({ passwordHash }) : `"passwordHash": "${passwordHash}"`);
  return 0;
}

function token(flags: Flags, io: Io): number {
  const made = createToken();
  const entry = { name: 'name-it', hash: made.hash, role: 'viewer' };
  if (flags.on('json')) say(io, JSON.stringify({ token: made.token, entry }));
  else {
    say(io, `令牌，只显示这一次 / the token, shown this once: ${made.token}`);
    say(io, `登记到 maibo.json 的 "tokens" / its entry for "tokens" in maibo.json:`);
    say(io, `  ${JSON.stringify(entry)}`);
  }
  return 0;
}

async function check(flags: Flags, io: Io): Promise<number> {
  const file = flags.text('config');
  const config = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  assertSafe(config);
  const { rules, city } = await loadDefinition(config, 'wall');
  const problems = checkContainment({ rules, city }, config.cityDir);
  if (problems.length > 0) throw new Refusal('city-invalid', `The city folder ${config.cityDir} has faults.`, problems);
  const asked = new Set(rules.rules.flatMap((rule) => (rule.order === null ? [] : [rule.order.lead, ...rule.order.support])));
  const unreachable = [...asked].filter(
    (party) => (config.parties[party]?.webhooks.length ?? 0) === 0 && Object.keys(config.parties[party]?.byStreet ?? {}).length === 0,
  );
  if (flags.on('json'))
    say(
      io,
      JSON.stringify({
        ok: true,
        file: config.file,
        rules: rules.rules.length,
        sensors: city.sensors.length,
        places: city.places.length,
        mqttOnly: unreachable,
      }),
    );
  else {
    say(
      io,
      `配置无误 / configuration is good: ${config.file ?? '(defaults)'} · ${rules.rules.length} rules · ${city.places.length} places · ${city.sensors.length} sensors`,
    );
    if (unreachable.length > 0) say(io, `  只经 MQTT 送达 / reached by MQTT only, no webhook configured: ${unreachable.join(', ')}`);
  }
  return 0;
}
