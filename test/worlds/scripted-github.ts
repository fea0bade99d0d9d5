import type { GitHub } from '../../src/core/ports/github.js';
import { connectGitHub, type GitHubOptions } from '../../src/github/connect.js';
import { FakeClock } from './fake-clock.js';

/** GitHub's answer to one request. `no-answer`: the connection breaks. `never`: it stays open without an answer. */
export type Reply =
  | {
      readonly status?: number;
      readonly json?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'no-answer'
  | 'never';

export interface SentRequest {
  /** Method, path and query, such as `GET /orgs/o/actions/runners?page=1`. */
  readonly line: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A `fetch` with scripted answers, for answers that the sandbox cannot give. The last reply of a line repeats.
 */
export class ScriptedGitHub {
  readonly requests: SentRequest[] = [];
  /** The most requests at the same time. */
  mostAtOnce = 0;
  private underWay = 0;
  private readonly replies = new Map<string, Reply[]>();

  on(line: string, ...replies: Reply[]): this {
    this.replies.set(line, replies);
    return this;
  }

  get lines(): string[] {
    return this.requests.map((request) => request.line);
  }

  readonly fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input));
    const line = `${init?.method} ${url.pathname}${url.search}`;
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    this.requests.push({ line, body, headers: Object.fromEntries(new Headers(init?.headers)) });
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    await new Promise(setImmediate); // All requests of the same time have arrived by now.
    this.underWay--;
    const queue = this.replies.get(line) ?? [{ status: 418, json: { message: `the test has no reply to ${line}` } }];
    const reply = queue.length > 1 ? queue.shift() : queue[0];
    if (reply === 'never') return untilAborted(init?.signal);
    if (!reply || reply === 'no-answer') throw new TypeError('fetch failed', { cause: new Error('socket hang up') });
    return toResponse(reply);
  };
}

function toResponse(reply: Exclude<Reply, string>): Response {
  const status = reply.status ?? 200;
  const headers = { 'content-type': 'application/json; charset=utf-8', ...reply.headers };
  const text = reply.text ?? (reply.json === undefined ? null : JSON.stringify(reply.json));
  return new Response(status === 204 ? null : text, { status, headers });
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    // On a busy machine a short time limit is over before this listens.
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

export interface Scripted {
  readonly github: GitHub;
  readonly script: ScriptedGitHub;
  readonly clock: FakeClock;
  readonly masked: string[];
}

/** The real adapter for the repository `o/r`, with scripted answers. */
export async function connectScripted(
  script: ScriptedGitHub,
  options: Partial<Omit<GitHubOptions, 'fetch' | 'clock' | 'mask'>> = {},
): Promise<Scripted> {
  const clock = new FakeClock();
  const masked: string[] = [];
  const github = await connectGitHub({
    apiUrl: 'https://api.github.com',
    credentials: { token: 'ghp_given' },
    scope: { kind: 'repo', owner: 'o', repo: 'r' },
    repository: { owner: 'o', repo: 'r' },
    clock,
    mask: (secret) => masked.push(secret),
    fetch: script.fetch,
    ...options,
  });
  return { github, script, clock, masked };
}

/** A runner as GitHub describes it. */
export function runnerJson(id: number, name = `runner-${id}`): Record<string, unknown> {
  return {
    id,
    name,
    os: 'unknown',
    status: 'offline',
    busy: false,
    labels: [{ id: 1, name: 'run-1', type: 'custom' }],
  };
}
