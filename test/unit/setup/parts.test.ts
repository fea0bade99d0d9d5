import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { quote, renderCommand } from '../../../setup/command.js';
import { describeCost } from '../../../setup/costs.js';
import { addressesOf } from '../../../setup/facts/addresses.js';
import type { Facts } from '../../../setup/facts/facts.js';
import { appNameOf, oldStackNameOf, stackNameOf } from '../../../setup/names.js';
import { listDuties } from '../../../setup/plan.js';
import { browserCommand } from '../../../setup/prompt.js';
import { fill, readStarter } from '../../../setup/starters.js';
import { openState } from '../../../setup/state.js';
import { servePage } from '../../../setup/app/server.js';
import { setupCommandLine } from '../../../setup/options.js';
import { requestOf } from '../../worlds/setup.js';

describe('A stack name', () => {
  test('fits CloudFormation for any repository, and is different for twins', () => {
    const names = [
      stackNameOf('a-b/c', 1),
      stackNameOf('a/b-c', 2),
      stackNameOf('My.Org/Dots.And_CAPS', 3),
      stackNameOf(`${'o'.repeat(39)}/${'r'.repeat(100)}`, 1_234_567_890),
      oldStackNameOf(`${'o'.repeat(39)}/${'r'.repeat(100)}`),
    ];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
    expect(names[2]).toBe('ci-actions-My-Org-Dots-And-CAPS-3');
    expect(names[3]).toMatch(/-1234567890$/);
  });

  test('of an App has at most 34 characters and keeps its end', () => {
    expect(appNameOf('octo-org/octo-repo', 'ab12')).toBe('runners octo-repo ab12');
    expect(appNameOf(`o/${'r'.repeat(100)}`, 'ab12')).toMatch(/^.{29} ab12$/);
  });
});

describe('A command for bash', () => {
  test('reaches the program as it is, whatever is in it', () => {
    const words = ['plain', '', 'a b', "it's", '$HOME `id` "x"', '*', 'line\nbreak', '-f', 'a=b'];
    const script = `printf '%s\\0' ${words.map(quote).join(' ')}`;
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  test('carries a file, quotes and dollars included', () => {
    const text = 'a: ${{ vars.X }}\n# it\'s `this` "file"\\\n';
    const command = {
      program: 'gh' as const,
      args: ['api', { before: 'content=', value: { kind: 'file' as const, text } }],
    };
    const script = `gh() { printf '%s' "$2"; }\n${renderCommand(command)}`;
    const { stdout } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(Buffer.from(stdout.replace(/^content=/, ''), 'base64').toString()).toBe(text);
  });

  test('never has a secret among its arguments', () => {
    const args = [{ before: '', value: { kind: 'app-key' as const } }];
    expect(() => renderCommand({ program: 'gh', args })).toThrow('A secret is never an argument.');
  });
});

describe('A starter', () => {
  const filling = { copy: 'my-org/my-actions', region: 'eu-west-1', subnet: undefined, app: false };

  test('names the copy and the region, and stays YAML', () => {
    const { path, text } = readStarter('reap', filling);
    expect(path).toBe('.github/workflows/reap.yml');
    expect(text).toContain('uses: my-org/my-actions/reap-runners@v1');
    expect(text).not.toMatch(/(?<!my-)org\/ci-actions/);
    expect(text).not.toContain('aws-region: us-east-1');
    expect(parse(text)).toMatchObject({ jobs: { reap: {} } });
    expect(readStarter('ec2-runners', filling).path).toBe('.github/ec2-runners.yml');
  });

  test('registers runners by the App if there is one', () => {
    const text = readStarter('pool', { ...filling, app: true }).text;
    const steps = (parse(text) as { jobs: { fill: { steps: { with?: object }[] } } }).jobs.fill.steps;
    expect(steps.at(-1)?.with).toMatchObject({
      'app-id': '${{ vars.RUNNER_APP_ID }}',
      'app-private-key': '${{ secrets.RUNNER_APP_PRIVATE_KEY }}',
    });
    expect(text).not.toContain('secrets.RUNNER_TOKEN');
  });

  test('passes the App once where it names both ways, or the secret alone', () => {
    const both = [
      'with:',
      '  github-token: ${{ secrets.RUNNER_TOKEN }}',
      '  # Or:',
      '  app-id: ${{ vars.RUNNER_APP_ID }}',
    ];
    expect(fill(both.join('\n'), { ...filling, app: true }).split('\n')).toEqual([both[0], both[2], both[3]]);
    const secrets = ['    secrets:', '      RUNNER_TOKEN: ${{ secrets.RUNNER_TOKEN }}', '  other:', '    x: 1'];
    expect(fill(secrets.join('\n'), { ...filling, app: true }).split('\n')[1]).toBe(
      '      RUNNER_APP_PRIVATE_KEY: ${{ secrets.RUNNER_APP_PRIVATE_KEY }}',
    );
    expect(fill(both.join('\n'), filling)).toBe(both.join('\n'));
  });

  test('launches in the subnet that was given, beside the security group', () => {
    const line = '      security-group-id: ${{ vars.AWS_SECURITY_GROUP }}';
    expect(fill(line, { ...filling, subnet: 'subnet-1' })).toBe(`${line}\n      subnet-id: subnet-1`);
    expect(fill("  default: ${{ vars.AWS_REGION || 'us-east-1' }}", filling)).toContain("|| 'eu-west-1'");
  });
});

describe('What this machine remembers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ci-actions-state-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const env = { XDG_STATE_HOME: folder };
  const lockFile = join(folder, 'ci-actions', 'github.com+a+b.lock');

  test('is an App, for the user alone, until it is forgotten', () => {
    const state = openState('A/b', env);
    expect(state.readApp()).toBeUndefined();
    state.saveApp({ id: 1, name: 'x', key: 'PEM', page: '' });
    expect(openState('a/B', env).readApp()).toMatchObject({ id: 1, key: 'PEM' });
    expect(statSync(join(folder, 'ci-actions', 'github.com+a+b.app.json')).mode & 0o077).toBe(0);
    state.forgetApp();
    expect(state.readApp()).toBeUndefined();
  });

  test('is a lock, which a process that is gone does not hold', () => {
    const state = openState('a/b', env);
    expect(state.lock()).toBeUndefined();
    expect(readFileSync(lockFile, 'utf8')).toBe(`${process.pid}`);
    expect(openState('a/b', env).lock()).toBe(process.pid);
    state.unlock();
    const { pid } = spawnSync('true');
    writeFileSync(lockFile, `${pid}`);
    expect(state.lock()).toBeUndefined();
    state.unlock();
  });
});

describe('The page', () => {
  const first = (state: string, redirectUrl: string) => ({
    repository: 'octo-org/<b>',
    owner: 'octo-org',
    action: `https://github.com/settings/apps/new?state=${state}`,
    manifest: JSON.stringify({ redirect_url: redirectUrl, quote: '"' }),
  });

  test('takes the code only with its own state, and once', async () => {
    const pages = await servePage(first);
    const html = await (await fetch(pages.url)).text();
    const state = /state=([0-9a-f]+)/.exec(html)?.[1];
    const base = new URL(pages.url).origin;
    expect(html).toContain('octo-org/&lt;b&gt;');
    expect(html).toContain(`{&quot;redirect_url&quot;:&quot;${base}/created&quot;`);
    const otherBytes = 'é'.repeat(state?.length ?? 0);
    for (const path of ['?code=evil', '?code=evil&state=0', `?state=${state}`, `?code=evil&state=${otherBytes}`])
      expect((await fetch(`${base}/created${path}`)).status).toBe(403);
    for (const path of ['/', '//', '/status', '/favicon.ico']) expect((await fetch(`${base}${path}`)).status).toBe(404);
    const back = fetch(`${base}/created?code=good&state=${state}`);
    expect(await pages.code).toBe('good');
    pages.showInstallation({ name: 'runners', repository: 'a/b', url: 'https://github.com/x' });
    expect(await (await back).text()).toContain('Install on GitHub');
    expect(await (await fetch(`${base}/created?code=again&state=${state}`)).text()).toContain('Install on GitHub');
    expect(await pages.code).toBe('good');
    pages.showDone('runners');
    expect(await (await fetch(pages.url)).text()).toContain('is ready');
    await pages.close();
  });

  test('is only for this computer, and loads nothing', async () => {
    const pages = await servePage(first);
    const { headers } = await fetch(pages.url);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const port = new URL(pages.url).port;
    const request = `GET ${new URL(pages.url).pathname} HTTP/1.1\\r\\nHost: evil.example:${port}\\r\\nConnection: close\\r\\n\\r\\n`;
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf '${request}' >&3; head -1 <&3`;
    const { spawn } = await import('node:child_process');
    const { text } = await import('node:stream/consumers');
    expect(await text(spawn('bash', ['-c', script]).stdout)).toContain('403');
    await pages.close();
  });
});

test('Options that do not fit together are refused, all at once', () => {
  expect(() => requestOf('--app', '--token', '--app-id', '1')).toThrow('3 arguments cannot be used.');
  expect(requestOf('--reap', '--pools', '--starter', 'reap').starters).toEqual(['reap', 'pool']);
  const { repo } = setupCommandLine.options;
  for (const good of ['a/b', 'My-Org/.github', 'a/Dots.And_CAPS']) expect(repo.kind.parse(good)).toBe(good);
  for (const copied of ['https://github.com/a/b', 'https://github.com/a/b.git', 'git@github.com:a/b.git', 'a/b/'])
    expect(repo.kind.parse(copied)).toBe('a/b');
  for (const bad of ['b', 'a/b/c', 'https://github.com/a', '-a/b', 'a/b c', 'a/..', ''])
    expect(repo.kind.parse(bad)).toBeUndefined();
});

test('The addresses are those of the GitHub that gh talks to', () => {
  const of = (host: string) => addressesOf({ GH_HOST: host });
  expect(addressesOf({})).toEqual({ webUrl: 'https://github.com', apiUrl: 'https://api.github.com' });
  expect(of('octo.ghe.com')).toEqual({ webUrl: 'https://octo.ghe.com', apiUrl: 'https://api.octo.ghe.com' });
  expect(of('github.example')).toEqual({ webUrl: 'https://github.example', apiUrl: 'https://github.example/api/v3' });
});

test('A browser is opened on a desktop only', () => {
  expect(browserCommand('linux', { DISPLAY: ':0' })).toEqual(['xdg-open']);
  expect(browserCommand('linux', {})).toBeUndefined();
  expect(browserCommand('darwin', { SSH_CONNECTION: 'x' })).toBeUndefined();
});

test('The cost of a first run names the type, the price and where it holds', () => {
  expect(describeCost('us-east-1')).toMatch(/one t3\.xlarge costs about \$0\.03 \(\$0\.17 an hour/);
  expect(describeCost('eu-west-1')).toContain('eu-west-1 may cost more');
  expect(describeCost('us-east-1')).not.toContain('.yml');
});

test('A pool needs an image first, which is said at the end', () => {
  const dutiesOf = (...starters: string[]) =>
    listDuties({
      github: { repository: { name: 'octo-org/octo-repo' }, webUrl: 'https://github.com' },
      request: { starters },
      credentials: { kind: 'own-app' },
      proposal: { missing: starters, proposed: [] },
    } as unknown as Facts).join('\n');
  expect(dutiesOf('command', 'pool')).toContain('Build an image before pool.yml is merged');
  expect(dutiesOf('command')).not.toContain('image');
});

test('Starters that run on a schedule have costs of their own', () => {
  const said = describeCost('us-east-1', ['command', 'reap', 'pool']);
  expect(said).toMatch(/^reap\.yml runs every 15 minutes: 2,880 minutes/m);
  expect(said).toMatch(/^pool\.yml runs every 20 minutes, 2,160 .* \$\d\.\d\d a month/m);
});
