import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { register } from '../process/stand-in.js';
import { JIT, QUIET, refusal, REPO, startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';

let sandbox: GitHubSandbox;
let octokit: Octokit;

beforeEach(async () => {
  sandbox = await startGitHub();
  octokit = sandbox.octokit();
});

afterEach(() => sandbox.close());

function registerWith(changes: Record<string, unknown>, scope: Record<string, string> = REPO, path = JIT) {
  return octokit.request(`POST ${path}`, { ...scope, name: 'a', runner_group_id: 1, labels: ['x'], ...changes });
}

describe('a registered runner', () => {
  test('is offline, with an unknown system, until a program connects', async () => {
    const { id } = await register(sandbox, 'fresh', ['Only-This']);
    const read = async () => (await octokit.rest.actions.getSelfHostedRunnerForRepo({ ...REPO, runner_id: id })).data;
    expect(await read()).toMatchObject({
      os: 'unknown',
      status: 'offline',
      busy: false,
      version: null,
      ephemeral: true,
    });
    expect((await read()).labels.map(({ name }) => name)).toEqual(['Only-This']);
    const connection = sandbox.github.connectRunner(id, { version: '2.335.0' });
    expect(await read()).toMatchObject({ os: 'Linux', status: 'online', version: '2.335.0' });
    connection.disconnect();
    expect(await read()).toMatchObject({ status: 'offline', version: '2.335.0' });
  });

  test('has a configuration of the real shape', async () => {
    const files = JSON.parse(Buffer.from((await register(sandbox, 'shape')).jitConfig, 'base64').toString()) as Record<
      string,
      string
    >;
    const [runner, credentials] = ['.runner', '.credentials'].map(
      (name) => JSON.parse(Buffer.from(files[name] ?? '', 'base64').toString()) as Record<string, unknown>,
    );
    expect(runner).toMatchObject({ agentId: '1', agentName: 'shape', ephemeral: 'True', workFolder: '_work' });
    expect(credentials).toMatchObject({ scheme: 'OAuth' });
    expect(Object.keys(files)).toEqual(['.runner', '.credentials', '.credentials_rsaparams']);
  });

  test('has a key whose parameters follow from p, q and the exponent', async () => {
    const encoded = (await register(sandbox, 'key')).jitConfig;
    const files = JSON.parse(Buffer.from(encoded, 'base64').toString()) as Record<string, string>;
    const text = Buffer.from(files['.credentials_rsaparams'] ?? '', 'base64').toString();
    const key = JSON.parse(text) as Record<string, string>;
    const bytes = Object.fromEntries(
      Object.entries(key).map(([name, one]) => [name, Buffer.from(one, 'base64').length]),
    );
    const halves = { dp: 128, dq: 128, inverseQ: 128, p: 128, q: 128 };
    expect(bytes).toEqual({ ...halves, d: 256, modulus: 256, exponent: 3 });
    const read = (name: string) => BigInt(`0x${Buffer.from(key[name] ?? '', 'base64').toString('hex')}`);
    const [p, q, d, e] = [read('p'), read('q'), read('d'), read('exponent')];
    expect([read('modulus'), read('dp'), read('dq')]).toEqual([p * q, d % (p - 1n), d % (q - 1n)]);
    expect([(read('inverseQ') * q) % p, (d * e) % (p - 1n), (d * e) % (q - 1n)]).toEqual([1n, 1n, 1n]);
  });

  test.each([
    ['without a group', { runner_group_id: undefined }, 422, /"runner_group_id" wasn't supplied/],
    ['in a group that does not exist', { runner_group_id: 77 }, 404, /Not Found/],
    ["in GitHub's own group", { runner_group_id: 2 }, 403, /reserved/],
    ['with labels that are not a list', { labels: 'x' }, 422, /not an array of strings/],
    ['without any label', { labels: [] }, 422, /1 to 100/],
    ['with too many labels', { labels: Array.from({ length: 101 }, (_, n) => `l${n}`) }, 422, /1 to 100/],
    ['with a comma in a label', { labels: ['a,b'] }, 422, /label/],
    ['with too long a name', { name: 'n'.repeat(65) }, 422, /64/],
    ['with a slash in its name', { name: 'a/b' }, 422, /name/],
  ])('is refused %s', async (_, changes, status, message) => {
    expect(await refusal(registerWith(changes))).toMatchObject({ status, message: expect.stringMatching(message) });
    expect(sandbox.github.runners()).toEqual([]);
  });

  test('is refused with a name that exists, whatever its case', async () => {
    await registerWith({ name: 'Taken' });
    const expected = 'Already exists - A runner with the name *** already exists.';
    expect(await refusal(registerWith({ name: 'taken' }))).toMatchObject({
      status: 409,
      message: expect.stringContaining(expected),
    });
  });

  test('exists even if the response of its registration was lost', async () => {
    sandbox.traffic.intercept = ({ index }) => (index === 0 ? { kind: 'reset-after' } : undefined);
    expect((await refusal(registerWith({}))).status).toBe(500);
    expect((await refusal(registerWith({}))).status).toBe(409);
  });

  test('is deleted once, and not while it is busy', async () => {
    const { id } = await register(sandbox, 'busy');
    const remove = () => octokit.rest.actions.deleteSelfHostedRunnerFromRepo({ ...REPO, runner_id: id });
    const connection = sandbox.github.connectRunner(id, { busy: true });
    expect(await refusal(remove())).toMatchObject({
      status: 422,
      message: expect.stringContaining('still running a job'),
    });
    connection.disconnect();
    expect((await remove()).status).toBe(204);
    expect((await refusal(remove())).status).toBe(404);
  });

  test('has labels that can be changed', async () => {
    const { id: runner_id } = await register(sandbox, 'labels', ['linux', 'a']);
    const changes = { ...REPO, runner_id };
    const { data } = await octokit.rest.actions.setCustomLabelsForSelfHostedRunnerForRepo({
      ...changes,
      labels: ['b', 'c'],
    });
    expect(data.labels.map(({ name, type }) => `${name} ${type}`)).toEqual(['linux read-only', 'b custom', 'c custom']);
    await octokit.rest.actions.removeCustomLabelFromSelfHostedRunnerForRepo({ ...changes, name: 'b' });
    const gone = octokit.rest.actions.removeCustomLabelFromSelfHostedRunnerForRepo({ ...changes, name: 'b' });
    expect((await refusal(gone)).status).toBe(404);
  });
});

describe('a listing', () => {
  beforeEach(async () => {
    for (let number = 1; number <= 35; number++) await registerWith({ name: `runner-${number}` });
  });

  test('comes in pages that Octokit follows', async () => {
    const all = await octokit.paginate(octokit.rest.actions.listSelfHostedRunnersForRepo, { ...REPO, per_page: 10 });
    expect(all.map(({ name }) => name)).toEqual(sandbox.github.runners().map(({ name }) => name));
    expect(sandbox.traffic.requests.filter(({ method }) => method === 'GET')).toHaveLength(4);
  });

  test.each([
    ['', 30, 'page=2>; rel="next"'],
    ['?per_page=abc', 30, 'rel="last"'],
    ['?per_page=1000', 35, undefined],
    ['?per_page=10&page=4', 5, 'page=3>; rel="prev"'],
    ['?name=runner-7', 1, undefined],
  ])('%s holds %d', async (query, count, link) => {
    const { data, headers } = await octokit.request(`GET /repos/octo-org/octo-repo/actions/runners${query}`);
    expect((data as { runners: unknown[] }).runners).toHaveLength(count);
    expect(headers.link ?? '').toContain(link ?? '');
    expect(headers.link === undefined).toBe(link === undefined);
  });
});

describe('other scopes', () => {
  test.each([
    ['/orgs/{org}', { org: 'octo-org' }],
    ['/enterprises/{enterprise}', { enterprise: 'octo-enterprise' }],
  ])('%s has its own runners and groups', async (base, scope) => {
    await registerWith({ runner_group_id: 3 }, scope, `${base}/actions/runners/generate-jitconfig`);
    await registerWith({});
    const { data } = await octokit.request(`GET ${base}/actions/runners`, scope);
    expect(data).toMatchObject({ total_count: 1, runners: [{ runner_group_id: 3 }] });
    const groups = await octokit.request(`GET ${base}/actions/runner-groups`, scope);
    expect(groups.data).toMatchObject({
      runner_groups: [
        { id: 1, name: 'Default' },
        { id: 3, name: 'builders' },
      ],
    });
    expect((await refusal(registerWith({ name: 'b', runner_group_id: 3 }))).status).toBe(404);
  });
});

test('a GitHub Enterprise Server has the API below /api/v3', async () => {
  const server = new Octokit({ auth: sandbox.github.token, baseUrl: `${sandbox.url}/api/v3`, log: QUIET });
  await server.request(`POST ${JIT}`, { ...REPO, name: 'a', runner_group_id: 1, labels: ['x'] });
  expect(sandbox.traffic.requests[0]?.operation).toBe(`POST ${JIT}`);
  expect((await refusal(server.request('GET /nowhere'))).status).toBe(501);
});
