import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RecordedRequest, ServiceName, StatusFault, Traffic } from './traffic.js';

export type * from './traffic.js';

/** One request, read to its end. */
export interface SandboxRequest {
  /** Position among all requests of this sandbox, across its services. */
  readonly index: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As UTF-8. Empty beyond 1 MiB: then the request is one of S3's, which reads `bytes`. */
  readonly body: string;
  readonly bytes: Buffer;
  /** Aborted when the client disconnects before the response. Ends a long poll whose runner died. */
  readonly signal: AbortSignal;
}

export interface SandboxResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** One service behind a port. */
export interface Handler {
  /**
   * The operation, such as `RunInstances` or `GET /repos/{owner}/{repo}/actions/runners`. Faults are chosen by it.
   * `undefined` for the sandbox's own traffic (`/_runner/`, `/_sandbox/`), which is neither recorded nor disturbed.
   */
  name(request: SandboxRequest): string | undefined;
  handle(request: SandboxRequest): Promise<SandboxResponse>;
  /** Renders a `status` fault as this service words its errors. Has no other effect. */
  refuse(fault: StatusFault, request: SandboxRequest): SandboxResponse;
}

export interface ServeOptions {
  readonly service: ServiceName | ((request: SandboxRequest) => ServiceName);
  readonly traffic: Traffic;
  readonly handler: Handler;
  /** Default: any free port. */
  readonly port?: number | undefined;
  /** Default: 127.0.0.1. Another address needs a network namespace of the caller's own. */
  readonly address?: string | undefined;
}

const LONGEST_TEXT = 2 ** 20;

export interface Server {
  /** `http://ADDRESS:PORT`, without a trailing slash. */
  readonly url: string;
  /** Also breaks the open connections. */
  close(): Promise<void>;
}

/** Serves a handler, by default on loopback. Records every named request and applies faults to it. */
export async function serve(options: ServeOptions): Promise<Server> {
  const address = options.address ?? '127.0.0.1';
  const closing = new AbortController();
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, { ...options, closing: closing.signal }).catch((error: unknown) => {
      console.error('A defect of the sandbox:', error);
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' });
      outgoing.end('The sandbox failed. It printed the reason to standard error.\n');
    });
  });
  // Longer than any client keeps an idle connection. Otherwise both ends may close it at once and lose a request.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, address, resolve);
  });
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Context = ServeOptions & { readonly closing: AbortSignal };

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, context: Context): Promise<void> {
  const { handler, traffic } = context;
  const bytes = await readBody(incoming).catch(() => undefined);
  if (bytes === undefined) return; // The client disconnected in the middle of its own request.
  const url = parseUrl(incoming.url ?? '/');
  if (!url) return send(outgoing, { status: 400, headers: { 'content-type': 'text/plain' }, body: 'No URL.\n' });
  const request = toRequest({ incoming, outgoing, url, bytes, index: traffic.requests.length });
  const operation = handler.name(request);
  if (operation === undefined) return send(outgoing, await handle(handler, request));

  const record = recordRequest(request, operation, context);
  const { index, service } = record;
  const fault = traffic.intercept?.({ index, service, operation, body: request.body });
  if (fault) record.fault = fault;
  if (fault?.kind === 'reset-before') return void incoming.socket.destroy();
  if (fault?.kind === 'late') await stall(fault.ms, [context.closing]);
  const response = fault?.kind === 'status' ? handler.refuse(fault, request) : await handle(handler, request);
  if (fault?.kind === 'reset-after') return void incoming.socket.destroy();
  if (fault?.kind === 'stall') await stall(fault.ms, [request.signal, context.closing]);
  const sent = fault?.kind === 'malformed' ? cutOff(response) : response;
  record.status = sent.status;
  record.response = sent.body.length > LONGEST_TEXT ? '' : sent.body.toString();
  send(outgoing, sent);
}

/** A defect of the sandbox is an error of the service, whose clients then show it, without a stack trace. */
async function handle(handler: Handler, request: SandboxRequest): Promise<SandboxResponse> {
  try {
    return await handler.handle(request);
  } catch (error) {
    console.error(`A defect of the sandbox, at ${request.method} ${request.path}:`, error);
    const message = `The sandbox failed: ${(error as Error).message}`;
    return handler.refuse({ kind: 'status', status: 500, code: 'InternalError', message }, request);
  }
}

/** A proxy's client sends the whole URL. A path with two slashes at its beginning is no host. */
function parseUrl(sent: string): URL | undefined {
  try {
    return new URL(sent.replace(/^\/+/, '/'), 'http://sandbox');
  } catch {
    return undefined;
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function toRequest(from: {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  url: URL;
  bytes: Buffer;
  index: number;
}): SandboxRequest {
  const { incoming, outgoing, url, bytes, index } = from;
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : `${value}`,
    ]),
  );
  const { pathname: path, searchParams: query } = url;
  // Node sends no body to a HEAD.
  const method = incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? 'GET');
  const body = bytes.length > LONGEST_TEXT ? '' : bytes.toString('utf8');
  return { index, method, path, query, headers, body, bytes, signal: gone.signal };
}

function recordRequest(request: SandboxRequest, operation: string, context: Context): RecordedRequest {
  const { index, method, headers, body, query } = request;
  const record: RecordedRequest = {
    index,
    at: Date.now(),
    service: typeof context.service === 'function' ? context.service(request) : context.service,
    operation,
    method,
    path: query.size > 0 ? `${request.path}?${query.toString()}` : request.path,
    headers,
    body,
  };
  context.traffic.requests.push(record);
  return record;
}

function stall(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  });
}

function cutOff(response: SandboxResponse): SandboxResponse {
  const body = response.body.toString();
  return { ...response, status: 200, body: body.slice(0, Math.ceil(body.length / 2)) };
}

function send(outgoing: ServerResponse, response: SandboxResponse): void {
  // The date of this process's clock, which may differ from the machine's.
  outgoing.writeHead(response.status, { date: new Date().toUTCString(), ...response.headers });
  outgoing.end(response.body);
}
