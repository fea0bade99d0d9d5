import { closeSync, mkdirSync, openSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputOptions } from '../../core/ports/containers.js';
import { TailFiles } from '../bounded-log.js';
import { runProgram } from '../programs.js';
import { LastLines, type DockerCli } from './cli.js';
import { describeRefusal } from './failures.js';

/** After the end of a container, its log may be silent for so long before following it is given up. */
const SILENCE_MS = 5_000;
const CADENCE_MS = 100;
/** Lines of the end of a long log. They are cut to the bytes that are wanted. */
const END_LINES = 20_000;
const MOST_LINE = 4_000;
/** The container is gone, or its log driver keeps nothing that can be read. */
const UNREADABLE = /does not support reading|No such container|dead or marked for removal/i;
const ABOUT = 'Docker could not read the log of a container';

/**
 * Waits for the end of a container, and passes on its log. One question waits for the end and another reads the log,
 * because a log driver that cannot be read ends its log at once, and engines before 25 sometimes never end it.
 *
 * @throws Failure when the engine stops answering
 */
export async function follow(cli: DockerCli, id: string, options: OutputOptions): Promise<void> {
  const quiet = new AbortController();
  const ended = new AbortController();
  const given = options.signal ? [options.signal] : [];
  let lastLineAt = performance.now();
  const problem = readLog(cli, ['--follow', id], {
    signal: AbortSignal.any([quiet.signal, ...given]),
    onLine: (line) => {
      lastLineAt = performance.now();
      options.onLine(line);
    },
  })
    .then(() => undefined, toError)
    .finally(() => ended.abort());
  // Errors are kept as values, so that neither of the two is rejected while the other is awaited.
  const waiting = await waitForEnd(cli, id, options.signal).then(() => undefined, toError);
  lastLineAt = performance.now();
  while (!ended.signal.aborted && performance.now() - lastLineAt < SILENCE_MS) {
    await sleep(CADENCE_MS, undefined, { signal: ended.signal }).catch(() => undefined);
  }
  quiet.abort();
  const found = [waiting, await problem].find((one) => one !== undefined);
  if (found) throw found;
}

function toError(error: unknown): Error {
  return error as Error;
}

/** Waits until a container has ended, or has been removed. Ends early with the signal. */
async function waitForEnd(cli: DockerCli, id: string, signal?: AbortSignal): Promise<void> {
  const words = new LastLines();
  const end = await runProgram({
    command: 'docker',
    args: ['wait', id],
    env: cli.complete(),
    onText: () => undefined,
    onLine: (line) => words.add(line),
    wholeOutput: true,
    ...(signal && { signal }),
  });
  if (signal?.aborted || end.code === 0 || /No such container/i.test(words.text)) return;
  await cli.expectAnswer();
  throw describeRefusal(words.text, 'Docker could not wait for a container');
}

/**
 * Writes the log of a container to a file. A longer log keeps its beginning and its end: the rest is not even read,
 * because Docker reads a log of gigabytes for minutes.
 */
export async function saveLog(
  cli: DockerCli,
  { id, file, mostBytes }: { readonly id: string; readonly file: string; readonly mostBytes: number },
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const descriptor = openSync(file, 'w');
  const stop = new AbortController();
  let bytes = 0;
  try {
    await readLog(cli, [id], {
      signal: stop.signal,
      onText: (text) => {
        const piece = Buffer.from(text);
        const room = Math.max(0, mostBytes - bytes);
        bytes += piece.length;
        writeSync(descriptor, piece, 0, Math.min(room, piece.length));
        if (bytes > mostBytes) stop.abort();
      },
    });
  } finally {
    closeSync(descriptor);
  }
  if (bytes > mostBytes) await appendEnd(cli, { id, file, half: Math.floor(mostBytes / 2) });
}

/** Cuts the file to the first half, and appends as many bytes of the end of the log. */
async function appendEnd(
  cli: DockerCli,
  { id, file, half }: { readonly id: string; readonly file: string; readonly half: number },
): Promise<void> {
  truncateSync(file, half);
  const end = new TailFiles(file, half);
  await readLog(cli, ['--tail', String(END_LINES), id], { onText: (text) => end.write(Buffer.from(text)) });
  end.appendTo(file, () => '\n… the middle of the log is left out here …\n');
}

/** The last lines of a log, at most {@link MOST_LINE} characters of each. */
export async function lastLines(cli: DockerCli, id: string, count: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await readLog(cli, ['--tail', String(count), id], {
    onLine: (line) => {
      lines.push(line.slice(0, MOST_LINE));
      if (lines.length > count) lines.shift();
    },
  });
  return lines;
}

interface LogReader {
  readonly onLine?: (line: string) => void;
  readonly onText?: (text: string) => void;
  /** Ends the reading, not the container. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a log. stdout and stderr of the container come through one pipe, because their lines would lose their order in
 * two. The reason why there is no log is passed on as a line of it.
 */
async function readLog(cli: DockerCli, args: readonly string[], reader: LogReader): Promise<void> {
  const { onLine, onText, signal } = reader;
  let last = '';
  const end = await runProgram({
    command: 'sh',
    args: ['-c', 'exec docker logs "$@" 2>&1', 'sh', ...args],
    env: cli.complete(),
    wholeOutput: true,
    isBrief: !args.includes('--follow'),
    ...(onText
      ? { onText: (text: string) => onText((last = text)) }
      : { onLine: (line: string) => onLine?.((last = line)) }),
    ...(signal && { signal }),
  });
  if (end.code === 0 || signal?.aborted || UNREADABLE.test(last.slice(-MOST_LINE))) return;
  await cli.expectAnswer();
  throw describeRefusal(last.slice(-MOST_LINE), ABOUT);
}
