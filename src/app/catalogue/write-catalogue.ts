import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCity } from '../../config/city-folder.ts';
import { loadConfig } from '../../config/load-config.ts';
import { checkRules } from '../load-definition.ts';
import { catalogueText } from './catalogue.ts';
import { readSigns } from './read-signs.ts';

/* `npm run catalogue`: writes rules/CATALOGUE.md from the rule files. Rules with a problem are named and left out. */
const config = loadConfig({ env: process.env });
const { rules, problems } = await checkRules(config.rulesDir, await readCity(config.cityDir));
for (const { file, pointer, message } of problems) process.stdout.write(`✗ ${file}:${pointer} ${message}\n`);
const path = join(config.rulesDir, 'CATALOGUE.md');
writeFileSync(path, catalogueText(rules.rules, readSigns(config.rulesDir)));
process.stdout.write(`${rules.rules.length} 条规则 rules → ${path}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
