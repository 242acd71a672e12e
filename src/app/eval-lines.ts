import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { addAbortSignal, type Readable } from 'node:stream';
import { evaluate, type Question } from '../engine/condition/evaluate.ts';
import { readQuestion } from './eval-question.ts';
import { LineSplitter, type Line } from './line-splitter.ts';

const LINE_LIMIT = 1024 * 1024;

export interface EvalStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

type Answer = (question: Question) => boolean | Promise<boolean>;

/** Answers each line of the input with one line, in order, until the input ends; a line that is no question gets an error. */
export async function evalLines({ input, output, signal }: EvalStreams, reference: boolean): Promise<void> {
  const { answer, close } = await open(reference);
  const splitter = new LineSplitter(LINE_LIMIT);
  try {
    for await (const chunk of addAbortSignal(signal, input as Readable)) {
      const lines = splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer));
      await write(output, await answerAll(lines, answer));
    }
    await write(output, await answerAll(splitter.end(), answer));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await close();
  }
}

async function open(reference: boolean): Promise<{ answer: Answer; close: () => Promise<void> }> {
  if (!reference) return { answer: evaluate, close: () => Promise.resolve() };
  const { askReference, ignoreLeftOver } = await import('./reference-eval.ts');
  return { answer: askReference, close: ignoreLeftOver() };
}

async function answerAll(lines: readonly Line[], answer: Answer): Promise<string> {
  let answers = '';
  for (const line of lines) {
    const answered = answerLine(line, answer);
    answers += typeof answered === 'string' ? answered : await answered;
  }
  return answers;
}

/** A promise only where the answer is one: most lines need no turn of the event loop. */
function answerLine(line: Line, answer: Answer): string | Promise<string> {
  try {
    const answered = answer(readQuestion(textOf(line)));
    return typeof answered === 'boolean' ? resultLine(answered) : answered.then(resultLine, errorLine);
  } catch (error) {
    return errorLine(error);
  }
}

function textOf(line: Line): string {
  if (line === null) throw new Error(`The line is longer than ${LINE_LIMIT} bytes.`);
  if (!isUtf8(line)) throw new Error('The line is not UTF-8.');
  return line.toString('utf8');
}

function resultLine(result: boolean): string {
  return result ? '{"result":true}\n' : '{"result":false}\n';
}

function errorLine(error: unknown): string {
  return `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`;
}

async function write(output: NodeJS.WritableStream, text: string): Promise<void> {
  if (text !== '' && !output.write(text)) await once(output, 'drain');
}
