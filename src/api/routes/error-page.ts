import type { FastifyInstance } from 'fastify';
import { ERROR_CODES } from '../../model/error-codes.ts';
import { API_ERRORS } from '../problem-details.ts';

/** Where the `type` of every problem leads: all codes, in both languages. */
export function errorPage(server: FastifyInstance): void {
  const page = render();
  server.get('/docs/errors', { config: { role: 'public' }, schema: { hide: true } }, (_request, reply) =>
    reply.header('content-type', 'text/html; charset=utf-8').send(page),
  );
}

function render(): string {
  const rows = Object.entries({ ...API_ERRORS, ...ERROR_CODES }).map(([code, text]) => {
    const status = 'status' in text ? String(text.status) : '';
    return `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${text.zh}</td><td>${text.en}</td></tr>`;
  });
  return `<!doctype html><html lang="zh"><meta charset="utf-8"><title>Maibo 脉搏 · 错误代码 Error codes</title>
<style>body{font:16px/1.6 system-ui,sans-serif;margin:2rem}td,th{padding:.2rem 1rem .2rem 0;text-align:left}:target{background:#ffeb99;color:#000}</style>
<h1>错误代码 · Error codes</h1><table><tr><th>code</th><th>HTTP</th><th>中文</th><th>English</th></tr>
${rows.join('\n')}
</table></html>
`;
}
