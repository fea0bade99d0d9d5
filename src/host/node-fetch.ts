import http from 'node:http';
import https from 'node:https';
import { EarlyConnections } from './early-connections.js';

interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

const MAX_REDIRECTS = 5;

/** The part of `Response` that Octokit reads. */
export interface FetchAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export type Fetch = (input: string, init?: RequestInit) => Promise<FetchAnswer>;

/**
 * The part of `fetch` that Octokit uses, on Node's HTTP client: text and binary bodies, `signal`, and redirects of GET
 * or with an unchanged method (307, 308). Node's `fetch` accepts no agent, which a proxy needs. It also costs each step
 * 23 MiB and about 20 ms, because its first use compiles another parser.
 */
export function createFetch(agents: Agents): Fetch {
  return async (input, init = {}) => {
    let url = new URL(input);
    const headers = new Map(
      Object.entries(init.headers ?? {}).map(([name, value]) => [name.toLowerCase(), `${value}`]),
    );
    for (let redirects = 0; ; redirects += 1) {
      const answer = await send(url, { ...init, headers }, agents);
      const target = redirectTarget(answer, url, init);
      if (!target) return toAnswer(answer, url);
      answer.resume();
      if (redirects === MAX_REDIRECTS) throw new TypeError(`${url.href} redirected more than ${MAX_REDIRECTS} times`);
      // The token must not reach another host.
      if (target.origin !== url.origin) headers.delete('authorization');
      url = target;
    }
  };
}

/** The options of Node's own agents. */
const agentOptions = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const;
const httpAgent = new http.Agent(agentOptions);
const httpsAgent = new https.Agent(agentOptions);
const early = { http: new EarlyConnections(httpAgent), https: new EarlyConnections(httpsAgent) };

/** Sends without a proxy, and keeps connections open for the next request. */
export const fetchDirectly = createFetch({ httpAgent, httpsAgent });

/** Opens connections for the next `count` requests of {@link fetchDirectly} to a host. */
export function connectEarly(url: string, count: number): void {
  (url.startsWith('https:') ? early.https : early.http).open(new URL(url), count);
}

function send(
  url: URL,
  init: Omit<RequestInit, 'headers'> & { headers: ReadonlyMap<string, string> },
  agents: Agents,
): Promise<http.IncomingMessage> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(init.headers),
      agent: secure ? agents.httpsAgent : agents.httpAgent,
      ...(init.signal ? { signal: init.signal } : {}),
    });
    request.on('response', resolve).on('error', (error) => {
      reject(init.signal?.aborted ? (init.signal.reason as Error) : new TypeError('fetch failed', { cause: error }));
    });
    request.end(init.body ?? undefined);
  });
}

function redirectTarget(answer: http.IncomingMessage, from: URL, init: RequestInit): URL | undefined {
  const { statusCode, headers } = answer;
  if (!headers.location || init.redirect === 'manual') return undefined;
  const readOnly = ['GET', 'HEAD'].includes((init.method ?? 'GET').toUpperCase());
  const follow = statusCode === 307 || statusCode === 308 || (readOnly && [301, 302, 303].includes(statusCode ?? 0));
  return follow && URL.canParse(headers.location, from.href) ? new URL(headers.location, from) : undefined;
}

async function toAnswer(answer: http.IncomingMessage, url: URL): Promise<FetchAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  return {
    status: answer.statusCode ?? 0,
    statusText: answer.statusMessage ?? '',
    url: url.href,
    headers: new Map(Object.entries(answer.headersDistinct).map(([name, values = []]) => [name, values.join(', ')])),
    text: async () => body.toString(),
    arrayBuffer: async () => new Uint8Array(body).buffer,
  };
}
