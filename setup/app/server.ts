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
  const pages = new Pages();
  const server = createServer((request, response) => pages.answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pages.current = renderCreation(page(pages.state, `${base}/created`));
  return {
    url: `${base}/${pages.secret}`,
    code: pages.code,
    showInstallation: (about) => pages.moveOn(renderInstallation(about)),
    showDone: (name) => pages.show(renderDone(name)),
    showError: (sentence) => pages.show(renderError('The set-up has stopped', sentence)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** What the page shows, and GitHub's one answer with the code of the App. */
class Pages {
  readonly secret = randomBytes(16).toString('hex');
  readonly state = randomBytes(16).toString('hex');
  readonly code: Promise<string>;
  current = '';
  private resolveCode: (code: string) => void = () => undefined;
  private isUsed = false;
  /** Answers that wait for what follows the click. */
  private readonly waiting: ServerResponse[] = [];

  constructor() {
    this.code = new Promise((resolve) => (this.resolveCode = resolve));
  }

  show(html: string): void {
    this.current = html;
    for (const response of this.waiting.splice(0)) respond(response, 200, html);
  }

  moveOn(html: string): void {
    this.current = html;
    for (const response of this.waiting.splice(0)) redirect(response, `/${this.secret}`);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = readUrl(request);
    const refuse = (status: number, title: string, sentence: string): void =>
      respond(response, status, renderError(title, sentence));
    if (!isLoopback(request)) return refuse(403, 'Not here', 'This page is for this computer.');
    if (pathname === `/${this.secret}`) return respond(response, 200, this.current);
    if (pathname !== '/created') return refuse(404, 'Not found', 'There is no such page.');
    const given = searchParams.get('code');
    if (!given || !isEqual(searchParams.get('state') ?? '', this.state))
      return refuse(403, 'Not accepted', 'This answer does not belong to the set-up that is running.');
    if (this.isUsed) return redirect(response, `/${this.secret}`);
    this.isUsed = true;
    this.waiting.push(response);
    return this.resolveCode(given);
  }
}

/** `//` is no path to the parser, but a browser can ask for it. */
function readUrl({ url = '/' }: IncomingMessage): URL {
  return new URL(`http://loopback${url.startsWith('/') ? url : '/'}`);
}

/** A page of another origin whose name was pointed at this computer has another host. */
function isLoopback({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
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
