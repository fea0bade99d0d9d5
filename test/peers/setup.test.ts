import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { DeleteSubnetCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { COPY, startSetupWorld, type SetupWorld } from './setup-world.js';

/** A run of the aws CLI takes a second of a core, and a set-up needs ten. */
const LONG_MS = 1_200_000;
const REPO = 'octo-org/octo-repo';
const ODD = 'octo-org/Dots.And_CAPS';
const WITH_APP = 'octo-org/with-app';
const actions = ['--actions', COPY];

let world: SetupWorld;
beforeAll(async () => {
  const base = { defaultBranch: 'main', private: true } as const;
  world = await startSetupWorld([
    { ...base, id: 1296269, name: REPO },
    { ...base, id: 1296270, name: COPY, accessLevel: 'organization' },
    { ...base, id: 1, name: ODD },
    { ...base, id: 2, name: WITH_APP },
    { ...base, id: 3, name: 'octo-org/read-only', admin: false },
    { ...base, id: 4, name: 'octo-org/forbidden', forbidsSettings: true },
    { ...base, id: 6, name: 'octo-org/closed-copy' },
  ]);
}, 120_000);
afterAll(() => world.close(), 60_000);

/** Without what differs from stack to stack. */
function normalize(changes: readonly string[]): readonly string[] {
  return changes.map((line) => line.replace(/Role-[A-Z0-9]+$/, 'Role').replace(/sg-[0-9a-f]+$/, 'sg'));
}

function variablesOf(repository: string): Record<string, string> {
  const { variables } = world.github.github.settings(repository);
  return Object.fromEntries([...variables].map(([name, { value }]) => [name, value]));
}

async function stacks(): Promise<readonly string[]> {
  const { Stacks } = await world.aws<{ Stacks: { StackName: string }[] }>('cloudformation', 'describe-stacks');
  return Stacks.map(({ StackName }) => StackName);
}

test(
  'A dry run prints what a run does, the lines work when pasted, and --remove takes everything away',
  async () => {
    const { github } = world.github;
    const args = ['--repo', REPO, ...actions, '--token', '--starter', 'reap', '--pools', '--images'];
    const token = { stdin: github.token };
    const dry = await world.setup([...args, '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(world.takeChanges()).toEqual([]);
    const pasted = await world.bash(dry.stdout, token);
    expect(pasted).toMatchObject({ code: 0 });
    const asPasted = normalize(world.takeChanges());
    expect(github.settings(REPO).readSecret('RUNNER_TOKEN')).toBe(github.token);
    expect(Object.keys(variablesOf(REPO)).toSorted()).toEqual([
      'AWS_POOL_ROLE',
      'AWS_REAP_ROLE',
      'AWS_REGION',
      'AWS_ROLE',
      'AWS_SECURITY_GROUP',
    ]);
    expect(variablesOf(REPO)['AWS_SECURITY_GROUP']).toMatch(/^sg-/);
    expect(variablesOf(COPY)['AWS_AMI_ROLE']).toBe('arn:aws:iam::123456789012:role/ci-actions-ami');
    expect(github.files.get('ci-actions-setup:.github/workflows/reap.yml')).toContain(`uses: ${COPY}/reap-runners@v1`);
    expect(github.pulls).toMatchObject([{ repository: REPO, head: 'ci-actions-setup', base: 'main', state: 'open' }]);

    const removed = await world.setup(['--repo', REPO, '--remove', '--yes']);
    expect(removed).toMatchObject({ code: 0 });
    expect(variablesOf(REPO)).toEqual({});
    expect([...github.settings(REPO).secrets]).toEqual([]);
    expect(github.refs.has('ci-actions-setup')).toBe(false);
    expect(await stacks()).toEqual([]);
    world.takeChanges();

    const ran = await world.setup([...args, '--yes'], token);
    expect(ran).toMatchObject({ code: 0 });
    // What belongs to the whole account stayed.
    const ofAccount = / create-open-id| create-service-linked| iam |--repo octo-org\/ci-actions/;
    expect(normalize(world.takeChanges())).toEqual(asPasted.filter((line) => !ofAccount.test(line)));
    expect(ran.stderr).toContain(`Merge the pull request`);

    const again = await world.setup(['--repo', REPO, ...actions, '--starter', 'reap', '--pools', '--images', '--yes']);
    expect(again.stderr).toContain('Nothing is left to do.');
    expect(world.takeChanges()).toEqual([]);
  },
  LONG_MS,
);

test(
  'Killed after every single change, it goes on and repeats none; names may have dots and capitals',
  async () => {
    const { github } = world.github;
    const isSaved = () => github.settings(ODD).secrets.has('RUNNER_TOKEN');
    const run = (killAt: number) =>
      world.setup(
        ['--repo', ODD.toLowerCase(), ...actions, '--starter', 'reap', ...(isSaved() ? [] : ['--token']), '--yes'],
        { stdin: github.token, killAt, remember: true },
      );
    const codes = [];
    for (let time = 0; time < 20; time++) {
      const { code } = await run(1);
      codes.push(code);
      if (code === 0) break;
    }
    expect(codes.at(-1)).toBe(0);
    const changes = world.takeChanges();
    expect(codes).toHaveLength(changes.length + 1);
    expect(new Set(changes).size).toBe(changes.length);
    expect(await stacks()).toContain('ci-actions-octo-org-Dots-And-CAPS-1');
    expect(Object.keys(variablesOf(ODD))).toHaveLength(4);
    expect(isSaved()).toBe(true);
    expect(github.pulls.some((pull) => pull.repository === ODD && pull.state === 'open')).toBe(true);
  },
  LONG_MS,
);

test(
  'A person creates the App with two clicks; a second set-up at the same time says so; an interrupted one goes on',
  async () => {
    const { github } = world.github;
    const args = ['--repo', WITH_APP, ...actions, '--starter', 'reap', '--app', '--yes'];
    const first = world.start(args, { killAfter: 'gh variable set RUNNER_APP_ID', remember: true });
    const [, address = ''] = await first.said(/(http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32})/);
    const second = await world.setup(args, { remember: true });
    expect(second).toMatchObject({ code: 1 });
    expect(second.stderr).toContain(`Another set-up of ${WITH_APP} is running on this computer (process ${first.pid})`);

    const browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      // GitHub's pages have the address under which gh reached GitHub.
      args: ['--no-sandbox', `--host-resolver-rules=MAP api.github.localhost:80 ${new URL(world.github.url).host}`],
    });
    try {
      await clickThrough(browser, address);
    } finally {
      await browser.close();
    }
    expect(await first.result).toMatchObject({ code: null });
    expect(github.settings(WITH_APP).secrets.has('RUNNER_APP_PRIVATE_KEY')).toBe(false);

    const third = await world.setup(args, { remember: true });
    expect(third).toMatchObject({ code: 0 });
    expect([...github.createdApps.values()]).toHaveLength(1);
    const app = [...github.createdApps.values()][0]!;
    expect(app.options).toMatchObject({
      owner: 'octo-org',
      permissions: { administration: 'write', actions: 'read', contents: 'read' },
    });
    expect(variablesOf(WITH_APP)['RUNNER_APP_ID']).toBe(`${app.options.id}`);
    const key = github.settings(WITH_APP).readSecret('RUNNER_APP_PRIVATE_KEY') ?? '';
    expect(createPublicKey(key).export({ type: 'spki', format: 'pem' })).toBe(app.options.publicKey);
    const text = github.files.get('ci-actions-setup:.github/workflows/reap.yml');
    expect(text).toContain('app-private-key: ${{ secrets.RUNNER_APP_PRIVATE_KEY }}');
    expect(text).not.toContain('secrets.RUNNER_TOKEN');
  },
  LONG_MS,
);

/** Both pages of ours and both of GitHub's, on the width of a phone. */
async function clickThrough(browser: Browser, address: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  const page = await context.newPage();
  await page.goto(address);
  await expectFits(page);
  if (process.env['SCREENSHOTS'])
    await page.screenshot({ path: `${process.env['SCREENSHOTS']}-1.png`, fullPage: true });
  await page.getByRole('button', { name: 'Go on to GitHub' }).click();
  await page.getByRole('button', { name: 'Create GitHub App for octo-org' }).click();
  await expectFits(page);
  if (process.env['SCREENSHOTS'])
    await page.screenshot({ path: `${process.env['SCREENSHOTS']}-2.png`, fullPage: true });
  const popup = context.waitForEvent('page');
  await page.getByRole('link', { name: 'Install on GitHub' }).click();
  await (await popup).getByRole('button', { name: 'Install' }).click();
  await (await popup).getByText('was installed on octo-org').waitFor();
}

/** Nothing is wider than the screen, and there is one heading. */
async function expectFits(page: Page): Promise<void> {
  const [wide, seen] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as [number, number];
  expect(wide).toBeLessThanOrEqual(seen);
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
}

test(
  'Everything that is wrong is reported at once, with what to do, and nothing is changed',
  async () => {
    world.takeChanges();
    await loseDefaultSubnets('eu-west-2');
    await makeStackOf('octo', 'another');
    const wrong = (args: readonly string[], extra = {}) =>
      world
        .setup([...(args.includes('--actions') ? [] : actions), '--starter', 'reap', '--yes', ...args], extra)
        .then(({ code, stderr }) => `${code} ${stderr}`);
    // The other problems are those of test/unit/setup/facts.test.ts.
    const { token } = world.github.github;
    const cases = {
      none: [['--repo', 'octo-org/none', '--token', '--region', 'ap-east-1']],
      reader: [['--repo', 'octo-org/read-only', '--token', '--region', 'eu-west-2']],
      forbidden: [['--repo', 'octo-org/forbidden', '--region', 'us-west-2']],
      stack: [['--repo', COPY, '--token', '--stack', 'theirs'], { stdin: token }],
      copy: [['--repo', REPO, '--actions', 'octo-org/closed-copy', '--region', 'xx-nowhere-1']],
      logins: [
        ['--repo', 'octo-org/any'],
        { env: { GH_TOKEN: 'ghp_old', AWS_ACCESS_KEY_ID: '', AWS_EC2_METADATA_DISABLED: 'true' } },
      ],
    } as const;
    const answered = Object.entries(cases).map(
      async ([name, [args, extra]]) => [name, await wrong(args, extra)] as const,
    );
    const answers = Object.fromEntries(await Promise.all(answered));
    const expected: Record<keyof typeof cases, readonly string[]> = {
      none: ['octocat sees no repository octo-org/none', 'The region ap-east-1 is not enabled', 'enable-region'],
      reader: ['octocat is no administrator of octo-org/read-only', 'no default VPC with subnets in eu-west-2'],
      forbidden: [
        'variables of octo-org/forbidden',
        'secrets of octo-org/forbidden',
        'No subnet has a route to the internet',
      ],
      stack: ['The stack theirs exists, and is not of octo-org/ci-actions', 'octo/another', '`--stack`'],
      copy: [
        'octo-org/closed-copy is private, and not open',
        'access_level=organization',
        'AWS has no region xx-nowhere-1',
      ],
      logins: ['gh cannot use GitHub', '`gh auth login`', 'aws cannot use AWS', '`aws sso login`'],
    };
    for (const [name, sentences] of Object.entries(expected)) {
      const answer = answers[name];
      expect(answer).toMatch(/^1 /);
      for (const sentence of sentences) expect(answer).toContain(sentence);
      expect(answer).toContain('Nothing was changed.');
    }
    expect(world.takeChanges()).toEqual([]);
  },
  LONG_MS,
);

async function loseDefaultSubnets(region: string): Promise<void> {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
  const ec2 = new EC2Client({ region, endpoint: world.moto.url, credentials });
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  for (const { SubnetId } of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
  ec2.destroy();
}

async function makeStackOf(owner: string, name: string): Promise<void> {
  const given = { Owner: owner, Repository: name };
  const Parameters = Object.fromEntries(
    Object.entries(given).map(([key, Default]) => [key, { Type: 'String', Default }]),
  );
  const Resources = { Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'theirs' } } };
  const body = JSON.stringify({ Parameters, Resources });
  await world.aws('cloudformation', 'create-stack', '--stack-name', 'theirs', '--template-body', body);
}
