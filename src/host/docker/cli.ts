import { Failure } from '../../core/kernel/failure.js';
import { READ_DOCKER_MESSAGE } from '../../core/kernel/compose-advice.js';
import type { OutputOptions } from '../../core/ports/containers.js';
import type { Environment, ProgramEnd } from '../../core/ports/programs.js';
import { runProgram } from '../programs.js';
import { describeRefusal, dockerMissing, engineSilent, isAboutEngine } from './failures.js';

/** A question is answered within milliseconds. An engine that is busy with pulls needs seconds. */
const ANSWER_MS = 60_000;
/** 10,000 containers in full detail are 80 MB. */
const MOST_ANSWER_CHARACTERS = 128 * 1024 * 1024;
/** Words of the CLI that are kept for an error. */
const KEPT_LINES = 20;
const KEPT_CHARACTERS = 4_000;

export interface Answer {
  readonly code: number;
  readonly text: string;
  /** stderr, at most its last lines. */
  readonly words: string;
}

export interface Question {
  readonly args: readonly string[];
  /** What is asked, as the beginning of a sentence: `Docker could not list containers`. */
  readonly about: string;
  readonly env?: Environment;
  /** Takes an exit code other than 0 as an answer, too, unless it is about the engine. */
  readonly mayFail?: boolean;
  readonly boundMs?: number;
}

/** The docker program. */
export class DockerCli {
  /** @param env the whole environment of the program: `DOCKER_HOST`, `DOCKER_CONFIG`, `PATH` … */
  constructor(readonly env: Environment) {}

  /**
   * Runs docker and returns what it printed.
   *
   * @throws Failure `docker-missing`, `docker-unreachable`, `docker-forbidden`, or `docker-failed` unless it may fail
   */
  async ask({ args, about, env, mayFail, boundMs = ANSWER_MS }: Question): Promise<Answer> {
    const answer = new BoundedText();
    const words = new LastLines();
    const beganAt = performance.now();
    const end = await runProgram({
      command: 'docker',
      args,
      env: this.complete(env),
      boundMs,
      onText: (text) => answer.add(text),
      onLine: (line) => words.add(line),
      wholeOutput: true,
      isBrief: true,
    });
    if (end.code === undefined) {
      throw performance.now() - beganAt >= boundMs ? engineSilent(boundMs / 1000) : cannotRun(end, about);
    }
    if (answer.isTooLong) throw tooLong(about);
    const found = { code: end.code, text: answer.text, words: words.text };
    if (end.code !== 0 && (!mayFail || isAboutEngine(found.words))) throw describeRefusal(found.words, about);
    return found;
  }

  /**
   * Runs docker and passes on its lines, for as long as it takes.
   *
   * @throws Failure when docker is missing, or its engine does not answer any more
   */
  async pass(args: readonly string[], options: OutputOptions & { readonly env?: Environment }): Promise<ProgramEnd> {
    const words = new LastLines();
    const beganAt = performance.now();
    const end = await runProgram({
      command: 'docker',
      args,
      env: this.complete(options.env),
      ...(options.boundMs !== undefined && { boundMs: options.boundMs }),
      ...(options.signal && { signal: options.signal }),
      onLine: (line) => {
        words.add(line);
        options.onLine(line);
      },
      wholeOutput: true,
    });
    // `docker exec` exits with 0 when it is interrupted, and Compose with 130: neither is the end of what it ran.
    if (options.signal?.aborted) return { code: undefined, why: 'it was canceled' };
    const { boundMs = Infinity } = options;
    if (performance.now() - beganAt >= boundMs)
      return { code: undefined, why: `it took longer than ${boundMs / 1000} s` };
    if (end.code === undefined && !words.hasLines) throwIfMissing(end);
    // A program in a container may print these words, too. So the engine is asked.
    if (end.code !== 0 && isAboutEngine(words.text)) await this.expectAnswer();
    return end;
  }

  /** @throws Failure when the engine does not answer */
  async expectAnswer(): Promise<void> {
    await this.ask({ args: ['version', '--format', '{{.Server.Version}}'], about: 'Docker did not say its version' });
  }

  /** The environment for a program. Compose's and the CLI's advertisements are switched off. */
  complete(env: Environment = this.env): NodeJS.ProcessEnv {
    return { ...env, DOCKER_CLI_HINTS: 'false', COMPOSE_MENU: 'false' };
  }
}

/** The lines of an answer that are not empty. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The last lines of what a program prints. */
export class LastLines {
  private readonly lines: string[] = [];

  add(line: string): void {
    this.lines.push(line.slice(0, KEPT_CHARACTERS));
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }

  get text(): string {
    return this.lines.join('\n');
  }

  get hasLines(): boolean {
    return this.lines.length > 0;
  }
}

class BoundedText {
  private readonly pieces: string[] = [];
  private length = 0;

  get isTooLong(): boolean {
    return this.length > MOST_ANSWER_CHARACTERS;
  }

  get text(): string {
    return this.pieces.join('');
  }

  add(text: string): void {
    this.length += text.length;
    if (!this.isTooLong) this.pieces.push(text);
  }
}

function throwIfMissing({ why }: ProgramEnd): void {
  if (why?.includes('ENOENT')) throw dockerMissing();
}

function cannotRun(end: ProgramEnd, about: string): Failure {
  throwIfMissing(end);
  return new Failure('docker-failed', `${about}.`, {
    why: `docker could not run: ${end.why}`,
    hint: READ_DOCKER_MESSAGE,
  });
}

function tooLong(about: string): Failure {
  return new Failure('docker-failed', `${about}: its answer is too long.`, { hint: READ_DOCKER_MESSAGE });
}
