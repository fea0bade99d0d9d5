import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { renderCreation, renderDone, renderError, renderInstallation, type CreationPage } from './page.js';

export interface PageServer {
  /** Where the person begins. The path cannot be guessed. */
  readonly url: string;
  /** GitHub's one-time code for the App, when the person has clicked. */
  readonly code: Promise<string>;
  /** Shows the second step from now on. */
  showInstallation(about: { readonly name: string; readonly repository: string; readonly url: string }): void;
  showDone(name: string): void;
  /** Shows an error to the browser that waits for the App. */
  showError(sentence: string): void;
  /** Ends after the answers that are under way. */
  close(): Promise<void>;
}

/** @param page the first page, for GitHub's `state` and the address that GitHub sends the browser back to */
export async function servePage(
  page: (state: string, redirectUrl: string) => CreationPage,
  port = 0,
): Promise<PageServer> {
  const [secret, state] = [randomBytes(16), randomBytes(16)].map((bytes) => bytes.toString('hex')) as [string, string];
  let resolveCode: (code: string) => void = () => undefined;
  const code = new Promise<string>((resolve) => (resolveCode = resolve));
  let isUsed = false;
  let current = '';
  /** Answers that wait for what follows the click. */
  const waiting: ServerResponse[] = [];
  const show = (html: string): void => {
    current = html;
    for (const response of waiting.splice(0)) respond(response, 200, html);
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback');
    if (!isLoopback(request)) return respond(response, 403, renderError('Not here', 'This page is for this computer.'));
    if (pathname === `/${secret}`) return respond(response, 200, current);
    if (pathname !== '/created') return respond(response, 404, renderError('Not found', 'There is no such page.'));
    const given = searchParams.get('code');
    if (!given || !isEqual(searchParams.get('state') ?? '', state))
      return respond(
        response,
        403,
        renderError('Not accepted', 'This answer does not belong to the set-up that is running.'),
      );
    if (isUsed) return redirect(response, `/${secret}`);
    isUsed = true;
    waiting.push(response);
    resolveCode(given);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  current = renderCreation(page(state, `${base}/created`));
  return {
    url: `${base}/${secret}`,
    code,
    showInstallation: (about) => {
      current = renderInstallation(about);
      for (const response of waiting.splice(0)) redirect(response, `/${secret}`);
    },
    showDone: (name) => show(renderDone(name)),
    showError: (sentence) => show(renderError('The set-up has stopped', sentence)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** A page of another origin whose name was pointed at this computer has another host. */
function isLoopback({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location, connection: 'close' }).end();
}

function respond(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      connection: 'close',
    })
    .end(html);
}
