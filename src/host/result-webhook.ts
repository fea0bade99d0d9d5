import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import type { ResultWebhook } from '../core/compose/host.js';
import { TAKE_RESULT_ELSEWHERE } from '../core/kernel/compose-advice.js';
import { Failure, messageOf } from '../core/kernel/failure.js';
import { nonce } from './nonce.js';

/** 128 bits: nobody else can post a result. */
const PATH_DIGITS = 32;

/**
 * Opens an HTTP server that takes one JSON document under a path that can not be guessed. Anything else is refused, and
 * may be repeated: another path (404), another method (405), too much (413), what is not JSON (400). After the document
 * every request is refused (410).
 *
 * @param address of this machine. @throws Failure `webhook-unavailable` if the server cannot listen there
 */
export async function openWebhook(
  address: string,
  { mostBytes }: { readonly mostBytes: number },
): Promise<ResultWebhook> {
  const path = `/${nonce(PATH_DIGITS)}`;
  let resolve!: (body: string) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<string>((...settle) => ([resolve, reject] = settle));
  // The result is not awaited if the session ends without one.
  promise.catch(() => undefined);
  let isTaken = false;
  let refusal: string | undefined;
  const server = createServer((request, response) => {
    const answer = (status: number, text: string): void => reply(response, status, text);
    if (request.url !== path) return answer(404, 'No such path.');
    if (request.method !== 'POST' && request.method !== 'PUT') return answer(405, 'Post the result as JSON.');
    if (isTaken) return answer(410, 'The result was taken already.');
    void readBody(request, mostBytes).then(
      (body) => {
        if (body === undefined) return answer(413, (refusal = `The result has more than ${mostBytes} bytes.`));
        if (!isJson(body)) return answer(400, (refusal = 'The result is not JSON.'));
        if (isTaken) return answer(410, 'The result was taken already.');
        isTaken = true;
        answer(200, 'Taken.');
        return resolve(body);
      },
      () => response.destroy(),
    );
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${isIPv6(address) ? `[${address}]` : address}:${port}${path}`,
    result: promise,
    refusal: () => refusal,
    async close() {
      reject(new Error('The server for the result was closed.'));
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, address: string): Promise<void> {
  const failed = once(server, 'error').then(([error]) => error as Error);
  server.listen(0, address);
  const error = await Promise.race([
    failed,
    once(server, 'listening').then(
      () => undefined,
      () => undefined,
    ),
  ]);
  if (error === undefined) return;
  throw new Failure('webhook-unavailable', `No server can listen at ${address} for the result: ${messageOf(error)}.`, {
    hint: TAKE_RESULT_ELSEWHERE,
    cause: error,
  });
}

/** @returns `undefined` for a body that is too large */
async function readBody(request: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // The rest is read and dropped: a client that still sends would not read the answer.
    if (bytes <= mostBytes) pieces.push(piece);
    else pieces.length = 0;
  }
  return bytes > mostBytes ? undefined : Buffer.concat(pieces).toString('utf8');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
}
