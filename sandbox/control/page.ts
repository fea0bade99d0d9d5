import type { SandboxRequest, SandboxResponse } from '../http.js';
import { json, type Controlled, type ControlRoute } from './call.js';
import { DISTURBED } from './faults.js';
import { describeInstance } from './instances.js';
import { describeJob, describeRunner } from './jobs.js';

/** By this name a client knows that it talks to a sandbox. */
export const NAME = 'ci-actions sandbox';

/** All about a sandbox on one page: HTML for browsers, JSON for others. */
export function renderPage(
  request: SandboxRequest,
  controlled: Controlled,
  routes: readonly ControlRoute[],
): SandboxResponse {
  const { ec2, github, variables } = controlled;
  const state = {
    instances: ec2.instances().map(describeInstance),
    runners: github.runners().map(describeRunner),
    jobs: github.jobs().map(describeJob),
  };
  const isBrowser = /\btext\/html\b/.test(request.headers['accept'] ?? '');
  if (!isBrowser)
    return json({ name: NAME, variables, routes: routes.map(describeRoute), operations: DISTURBED, ...state });
  const origin = `http://${request.headers['host'] ?? 'localhost'}`;
  const body = [
    `<h1>${NAME}</h1>`,
    '<p>An imitation of EC2, SSM, STS and GitHub. Your programs find it by these variables:</p>',
    `<pre>${Object.entries(variables)
      .map(([name, value]) => escape(`export ${name}='${value}'`))
      .join('\n')}</pre>`,
    ...Object.entries(state).map(([name, items]) => renderState(name, items)),
    '<h2>Control API</h2>',
    '<p>Bodies and answers are JSON. A wrong request is answered 400, 404, 405 or 409 with a <code>message</code>.</p>',
    ...routes.map((route) => renderRoute(route, origin)),
    '<h2>Operations</h2><p>What it answers, and what faults can disturb. Anything else gets an error that says so.</p>',
    ...Object.entries(DISTURBED).map(([name, list]) => `<h3>${name}</h3><p>${list.map(code).join(', ')}</p>`),
  ];
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: `${HEAD}${body.join('\n')}\n` };
}

const HEAD = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${NAME}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  pre, table { overflow-x: auto; display: block } pre { background: #8881; padding: .5rem }
  td, th { text-align: left; padding: 0 1rem 0 0; vertical-align: top }
</style>
`;

function describeRoute({ method, path, does, query, body, example }: ControlRoute): Record<string, unknown> {
  const members = Object.entries(body ?? {}).map(([name, { kind, does: what, required = false }]) => [
    name,
    { does: what, allowed: kind.allowed, required },
  ]);
  return { method, path: `/_sandbox/${path}`, does, query, body: body && Object.fromEntries(members), example };
}

/** At most this many of a list, the newest. */
const SHOWN = 50;
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  instances: ['id', 'state', 'type', 'market', 'subnet'],
  runners: ['id', 'name', 'status', 'busy'],
  jobs: ['id', 'name', 'status', 'conclusion'],
};

function renderState(name: string, items: readonly Record<string, unknown>[]): string {
  const columns = COLUMNS[name] ?? [];
  const head = columns.map((column) => `<th>${column}</th>`).join('');
  const rows = items.slice(-SHOWN).map((item) => {
    const cells = columns.map((column) => `<td>${escape(show(item[column]))}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  const table = items.length === 0 ? '<p>None.</p>' : `<table><tr>${head}</tr>${rows.join('')}</table>`;
  return `<h2><a href="/_sandbox/${name}">${name[0]?.toUpperCase()}${name.slice(1)}</a>: ${items.length}</h2>${table}`;
}

function show(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
}

function renderRoute(route: ControlRoute, origin: string): string {
  const { method, path, does, query = {}, body = {}, example } = route;
  const members = [
    ...Object.entries(query).map(([name, what]) => `<li>${code(`?${name}`)}: ${escape(what)}</li>`),
    ...Object.entries(body).map(([name, field]) => {
      const needed = field.required ? ' Required.' : '';
      return `<li>${code(name)}: ${escape(field.does)}. Allowed: ${escape(field.kind.allowed)}.${needed}</li>`;
    }),
  ];
  const command = [
    'curl',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    `${origin}/_sandbox/${path}`,
    ...(example === undefined ? [] : [`-d '${JSON.stringify(example)}'`]),
  ];
  const list = members.length === 0 ? '' : `<ul>${members.join('')}</ul>`;
  return `<h3>${code(`${method} /_sandbox/${path}`)}</h3><p>${escape(does)}</p>${list}<pre>${escape(command.join(' '))}</pre>`;
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
