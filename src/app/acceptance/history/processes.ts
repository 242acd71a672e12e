import { readdirSync, readFileSync } from 'node:fs';

/** The process that keeps history for this server; `null` while there is none. Linux only, as the trials are. */
export function historianOf(server: number): number | null {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
      if (Number(parent) === server && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('history')) return Number(name);
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}

/** Resident memory in bytes; `null`: no such process. */
export function residentOf(process: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
  } catch {
    return null;
  }
}
