import { Refusal } from '../model/problem.ts';
import { warn, type Io } from './io.ts';

/** More than anybody types; MQTT takes no longer ones. */
const LIMIT = 65_535;

interface Terminal extends NodeJS.ReadableStream {
  readonly isTTY: true;
  setRawMode(raw: boolean): unknown;
}

/** From a terminal twice and unseen, else the first line of what is piped in. @throws Refusal `password-missing`, `password-differs`. */
export async function readPassword(io: Io): Promise<string> {
  const { input } = io;
  const password = isTerminal(input) ? await askTwice(input, io) : await firstLine(input);
  if (password === '' || Buffer.byteLength(password) > LIMIT)
    throw new Refusal('password-missing', `No password was given, or one of more than ${LIMIT} bytes; type it, or pipe it in on one line.`);
  return password;
}

function isTerminal(input: NodeJS.ReadableStream): input is Terminal {
  return 'isTTY' in input && input.isTTY === true && 'setRawMode' in input;
}

async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (bytes.includes(0x0a) || length > LIMIT + 2) break;
  }
  return (Buffer.concat(chunks).toString('utf8').split('\n')[0] as string).replace(/\r$/, '');
}

async function askTwice(input: Terminal, io: Io): Promise<string> {
  input.setRawMode(true);
  try {
    const keys = createKeys(input);
    io.errors.write('口令 password: ');
    const first = await keys.line();
    io.errors.write('\n再输一次 once more: ');
    const second = await keys.line();
    warn(io, '');
    if (first !== second) throw new Refusal('password-differs', 'The two passwords are not the same; begin again.');
    return first;
  } finally {
    input.setRawMode(false);
    input.pause();
  }
}

/** Lines of a terminal that shows nothing of them; Ctrl-C and Ctrl-D give up, which is an empty line. */
function createKeys(input: Terminal): { line(): Promise<string> } {
  let typed: string[] = [];
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  const end = (line: string): void => {
    typed = [];
    lines.push(line);
    wake();
  };
  input.setEncoding('utf8').on('data', (text: string) => {
    for (const key of text) {
      if (key === '\r' || key === '\n') end(typed.join(''));
      else if (key === '\u0003' || key === '\u0004') end('');
      else if (key === '\u007f' || key === '\b') typed.pop();
      else if (key >= ' ') typed.push(key);
    }
  });
  return {
    line: async () => {
      while (lines.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return lines.shift() as string;
    },
  };
}
