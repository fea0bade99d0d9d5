import http from 'node:http';
import https from 'node:https';

interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

const MAX_REDIRECTS = 5;

/**
 * As much of `fetch` as Octokit uses, over Node's own client, because `fetch` itself takes no agent: text or
 * binary bodies, `signal`, and redirects that keep the method (307, 308) or concern a GET.
 */
export function createFetch(agents: Agents): typeof fetch {
  return async (input, init = {}) => {
    let url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await send(url, { ...init, headers }, agents);
      const target = redirectTarget(answer, url, init);
      if (!target) return toResponse(answer, url);
      answer.resume();
      if (redirects === MAX_REDIRECTS) throw new TypeError(`${url.href} redirected more than ${MAX_REDIRECTS} times`);
      // A token is for the host it was meant for.
      if (target.origin !== url.origin) headers.delete('authorization');
      url = target;
    }
  };
}

function send(url: URL, init: RequestInit & { headers: Headers }, agents: Agents): Promise<http.IncomingMessage> {
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
  return follow ? new URL(headers.location, from) : undefined;
}

async function toResponse(answer: http.IncomingMessage, url: URL): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headersDistinct)) {
    for (const one of value ?? []) headers.append(name, one);
  }
  // These may carry no body.
  const body = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks);
  const response = new Response(body, { status, statusText: answer.statusMessage ?? '', headers });
  Object.defineProperty(response, 'url', { value: url.href });
  return response;
}
