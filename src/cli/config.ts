import { loadDefinition } from '../app/load-definition.ts';
import { loadConfig } from '../config/load-config.ts';
import { assertSafe } from '../config/safety.ts';
import { readFlags, usage, type CommandSpec } from './flags.ts';
import { say, type Io } from './io.ts';

const SPEC: CommandSpec = {
  usage: 'config check [--config FILE] [--json]',
  about: { zh: '检查配置、城市与规则，不启动服务', en: 'Checks configuration, city and rules without starting anything' },
  flags: {},
  operands: { least: 1, most: 1 },
};

export async function runConfig(args: readonly string[], io: Io): Promise<number> {
  const flags = readFlags(args, SPEC, io);
  if (flags === null) return 0;
  if (flags.operands[0] !== 'check') throw usage(`"${flags.operands[0] ?? ''}" is not "check"`, SPEC);
  const file = flags.text('config');
  const config = loadConfig({ env: io.env, ...(file === undefined ? {} : { file }) });
  assertSafe(config);
  const { rules, city } = await loadDefinition(config, 'wall');
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
