import { randomBytes } from 'node:crypto';
import type { SandboxRequest, SandboxResponse } from '../../http.js';
import type { State } from '../state.js';
import { notFound } from '../world/errors.js';
import { App, newKeyPair, type AppManifest, type Permissions } from '../world/tokens.js';
import { renderApp } from './app-routes.js';
import { json, type Call, type Route } from './routes.js';

/** Apps that are created from a manifest: the exchange of the code, and GitHub's two pages where a person clicks. */
export const manifestRoutes: readonly Route[] = [
  { method: 'POST', template: '/app-manifests/{code}/conversions', access: 'public', handle: convert },
];

/** Creates the App of a code. Each code works once. */
function convert(call: Call): SandboxResponse {
  const { createdApps, manifests } = call.state;
  const manifest = manifests.get(call.params['code'] ?? '');
  if (!manifest) throw notFound();
  manifests.delete(call.params['code'] ?? '');
  const { publicKey, privateKey } = newKeyPair();
  const id = 5000 + createdApps.size;
  const slug = slugOf(manifest.name);
  const app = new App({ ...manifest, id, clientId: `Iv23li${id}`, slug, publicKey });
  createdApps.set(slug, app);
  return json(201, {
    ...renderApp(call, app.options),
    client_secret: randomBytes(20).toString('hex'),
    webhook_secret: null,
    pem: privateKey,
  });
}

const CREATION = /^\/(?:organizations\/([^/]+)\/)?settings\/apps\/new$/;
const INSTALLATION = /^\/apps\/([^/]+)\/installations\/new(?:\/permissions)?$/;

export function isAppPage(path: string): boolean {
  return CREATION.test(path) || INSTALLATION.test(path);
}

/** The pages to create and to install an App; `undefined` for every other address. */
export function showAppPage(request: SandboxRequest, state: State): SandboxResponse | undefined {
  const create = CREATION.exec(request.path);
  if (create && request.method === 'POST') return showCreation(request, state, create[1] ?? 'octocat');
  const install = INSTALLATION.exec(request.path);
  const app = install && state.createdApps.get(install[1] ?? '');
  if (!app) return undefined;
  return request.method === 'POST' ? installApp(app) : showInstallation(app);
}

/** The first request carries the manifest, the second one the person's name for the App. */
function showCreation(request: SandboxRequest, state: State, owner: string): SandboxResponse {
  const form = new URLSearchParams(request.body);
  const text = form.get('manifest') ?? '';
  const manifest = parseManifest(text);
  if (typeof manifest === 'string')
    return html(422, 'Error', `<p>Invalid GitHub App configuration: ${escape(manifest)}</p>`);
  const name = form.get('name')?.trim();
  const taken = name !== undefined && state.createdApps.has(slugOf(name));
  if (!name || taken) {
    const problem = taken ? '<p role="alert">Name is already in use.</p>' : '';
    return html(
      200,
      `Create GitHub App for ${owner}`,
      `${problem}<form method="post"><input type="hidden" name="manifest" value="${escape(text)}">
<label>GitHub App name <input name="name" value="${escape(name ?? manifest.name)}" maxlength="34"></label>
<p>Permissions: ${escape(JSON.stringify(manifest.default_permissions))}</p>
<button>Create GitHub App for ${escape(owner)}</button></form>`,
    );
  }
  const code = randomBytes(20).toString('hex');
  const confirmed: AppManifest = { name, owner, permissions: manifest.default_permissions };
  state.manifests.set(code, confirmed);
  const target = new URL(manifest.redirect_url);
  target.searchParams.set('code', code);
  const back = request.query.get('state');
  if (back !== null) target.searchParams.set('state', back);
  return { status: 302, headers: { location: target.href }, body: '' };
}

interface ManifestText {
  readonly name: string;
  readonly url: string;
  readonly redirect_url: string;
  readonly default_permissions: Permissions;
}

/** @returns what is wrong with a manifest that GitHub would refuse */
function parseManifest(text: string): ManifestText | string {
  try {
    const given = JSON.parse(text) as Partial<ManifestText> & { hook_attributes?: { url?: string } };
    if (!given.url) return '"url" wasn\'t supplied.';
    if (given.hook_attributes && !given.hook_attributes.url) return '"hook_attributes.url" wasn\'t supplied.';
    if ((given.name ?? '').length > 34) return 'Name is too long (maximum is 34 characters).';
    if (!URL.canParse(given.redirect_url ?? '')) return '"redirect_url" is not a URL.';
    return { name: '', default_permissions: {}, ...given } as ManifestText;
  } catch {
    return 'The manifest is not JSON.';
  }
}

function showInstallation(app: App): SandboxResponse {
  const { name = '', owner = '' } = app.options;
  return html(
    200,
    `Install ${name}`,
    `<form method="post"><p>On ${escape(owner)}, for all repositories</p><button>Install</button></form>`,
  );
}

function installApp(app: App): SandboxResponse {
  const { id, owner = '', permissions = {}, name = '' } = app.options;
  if (app.installations.length === 0) app.installations.push({ id: 70_000 + id, account: owner, permissions });
  return html(200, `${name} is installed`, `<p>${escape(name)} was installed on ${escape(owner)}.</p>`);
}

function html(status: number, title: string, body: string): SandboxResponse {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(title)}</title><main><h1>${escape(title)}</h1>${body}</main></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function slugOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
