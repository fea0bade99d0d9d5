import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../sandbox/sandbox.js';
import { errorOf, inSandbox, type Inputs, type Scene } from '../worlds/sandbox/scene.js';
import { listIssuedSecrets } from '../worlds/sandbox/step-checks.js';

/** One key for all tests, because making one takes some 100 ms. */
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const useApp = { 'github-token': '', 'app-id': '1234', 'app-private-key': keys.privateKey };
const all = { administration: 'write', contents: 'read' } as const;
const launched = { 'wait-for': 'launched' };

function withApp(permissions: Readonly<Record<string, 'read' | 'write'>>, repositories?: string[]): SandboxOptions {
  const installation = { id: 77, account: 'octo-org', permissions, ...(repositories && { repositories }) };
  return { github: { app: { id: 1234, publicKey: keys.publicKey, installations: [installation] } } };
}

function withToken(permissions: Readonly<Record<string, 'read' | 'write'>>, repositories?: string[]): SandboxOptions {
  const token = { token: 'github_pat_11A_little', kind: 'fine-grained', permissions } as const;
  return { machines: false, github: { tokens: [{ ...token, ...(repositories && { repositories }) }] } };
}
const little = { 'github-token': 'github_pat_11A_little' };

/** stop-runner reads the scope from the tags of the instances. */
function credentialsOf(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !name.startsWith('runner-')));
}

async function expectRound(scene: Scene, inputs: Inputs, scope: string): Promise<void> {
  const main = await scene.start({ ...inputs, ...launched });
  expect(main.code).toBe(0);
  expect(main.masked).toEqual(expect.arrayContaining(listIssuedSecrets(scene.sandbox.requests)));
  const groupId = inputs['runner-group'] === undefined ? 1 : 3;
  expect(scene.sandbox.github.runners()).toMatchObject([{ scope, groupId }]);
  await scene.until(() => scene.sandbox.events.some(({ name }) => name === 'runner-online'));
  expect(scene.sandbox.github.runners()).toMatchObject([{ status: 'online' }]);
  const { label = '' } = main.outputs;
  expect(await scene.stop({ ...credentialsOf(inputs), label })).toMatchObject({ code: 0 });
  await scene.expectNothingIsLeft();
}

describe('Runners are started and stopped', () => {
  test.concurrent('with a token that may only register runners, because no presets file has to be read', () =>
    inSandbox({ ...withToken({ administration: 'write' }), machines: true }, async (scene) => {
      await expectRound(scene, little, 'repos/octo-org/octo-repo');
    }),
  );

  test.concurrent('with an App, whose token has only the permissions that are needed, in this repository', () =>
    inSandbox(withApp({ administration: 'write', contents: 'write', secrets: 'write' }), async (scene) => {
      await expectRound(scene, useApp, 'repos/octo-org/octo-repo');
      const mint = scene.sandbox.requests.find(({ operation }) => operation.endsWith('access_tokens'));
      expect(JSON.parse(mint?.body ?? '')).toEqual({
        permissions: { administration: 'write', contents: 'read' },
        repositories: ['octo-repo'],
      });
    }),
  );

  test.concurrent('and stopped without a label, by an App that may read runs and requests nothing beyond that', () =>
    inSandbox({ machines: false, ...withApp({ administration: 'write', actions: 'write' }) }, async (scene) => {
      await scene.start({ ...useApp, ...launched });
      const from = scene.sandbox.requests.length;
      expect(await scene.stop(useApp)).toMatchObject({ code: 0 });
      await scene.expectNothingIsLeft();
      const mint = scene.sandbox.requests.slice(from).find(({ operation }) => operation.endsWith('access_tokens'));
      expect(JSON.parse(mint?.body ?? '')).toEqual({
        permissions: { administration: 'write', actions: 'read' },
        repositories: ['octo-repo'],
      });
    }),
  );

  test.concurrent('in an organization, in a group by its name, with an App', () =>
    inSandbox(withApp({ organization_self_hosted_runners: 'write' }), async (scene) => {
      const inputs = { ...useApp, 'runner-scope': 'org', 'runner-group': 'Builders' };
      await expectRound(scene, inputs, 'orgs/octo-org');
    }),
  );

  test.concurrent('in an enterprise, in a group by its name', () =>
    inSandbox({}, async (scene) => {
      const inputs = { 'runner-scope': 'enterprise:octo-enterprise', 'runner-group': 'builders' };
      await expectRound(scene, inputs, 'enterprises/octo-enterprise');
    }),
  );
});

interface Refused {
  readonly case: string;
  readonly options: SandboxOptions;
  readonly inputs: Inputs;
  readonly code: string;
  /** Names what is missing, and where. */
  readonly missing: RegExp;
}

const inRepository = /the permission "Administration: write" on octo-org\/octo-repo .* classic scope `repo`/;
const inOrganization = /permission "Self-hosted runners: write" in octo-org .* classic scope `admin:org`/;
const org = { 'runner-scope': 'org' };

const refused: readonly Refused[] = [
  {
    case: '401: a token that GitHub does not know',
    options: { machines: false },
    inputs: { 'github-token': 'ghp_expired' },
    code: 'github-unauthorized',
    missing: inRepository,
  },
  {
    case: '403: a token that may only read',
    options: withToken({ administration: 'read', contents: 'read', metadata: 'read' }),
    inputs: little,
    code: 'github-forbidden',
    missing: inRepository,
  },
  {
    case: '404: a token that does not see the repository',
    options: withToken(all, ['octo-org/other-repo']),
    inputs: little,
    code: 'github-not-found',
    missing: inRepository,
  },
  {
    case: "403: a repository's token in an organization",
    options: withToken({ administration: 'write', contents: 'read', metadata: 'read' }),
    inputs: { ...little, ...org },
    code: 'github-forbidden',
    missing: inOrganization,
  },
  {
    case: 'an App without the permission',
    options: { machines: false, ...withApp({ contents: 'read', administration: 'read' }) },
    inputs: useApp,
    code: 'github-forbidden',
    missing: /lacks the permission `administration: write`[^]*Granted: contents: read, administration: read/,
  },
  {
    case: 'an App that is not installed there',
    options: { machines: false, ...withApp({ administration: 'write' }, ['octo-org/other-repo']) },
    inputs: useApp,
    code: 'github-not-found',
    missing: /The GitHub App 1234 is not installed for the repository octo-org\/octo-repo/,
  },
  {
    case: 'an App with the key of another',
    options: { machines: false },
    inputs: useApp,
    code: 'github-unauthorized',
    missing: /Check that `app-id` and `app-private-key` belong to the same GitHub App/,
  },
];

describe.each(refused)('$case', ({ options, inputs, code, missing }) => {
  test.concurrent('fails the start, which launches nothing, and reports what is missing', () =>
    inSandbox(options, async (scene) => {
      const main = await scene.start({ ...launched, ...inputs });
      expect(main.code).toBe(1);
      expect(`${errorOf(main)}\n${main.summary}`).toMatch(missing);
      expect(errorOf(main)).toMatch(new RegExp(`^Code: ${code}`, 'm'));
      expect(scene.launches()).toEqual([]);
      expect(scene.sandbox.github.runners()).toEqual([]);
    }),
  );
});

test.concurrent('a stop with such credentials still terminates the instance, and reports what is missing', () => {
  const tokens = [
    { token: 'github_pat_reader', kind: 'fine-grained', permissions: { administration: 'read' } },
    { token: 'github_pat_stranger', kind: 'fine-grained', permissions: all, repositories: ['octo-org/other-repo'] },
  ] as const;
  const { app } = withApp({ administration: 'read' }).github!;
  return inSandbox({ machines: false, github: { tokens, app: app! } }, async (scene) => {
    const { label = '' } = (await scene.start(launched)).outputs;
    const attempts: [Inputs, RegExp][] = [
      [{ 'github-token': 'github_pat_reader' }, inRepository],
      [{ 'github-token': 'ghp_expired' }, inRepository],
      [{ 'github-token': 'github_pat_stranger' }, inRepository],
      [useApp, /lacks the permission `administration: write`[^]*Granted: administration: read/],
    ];
    for (const [credentials, missing] of attempts) {
      const main = await scene.stop({ ...credentials, label });
      expect(main.code).toBe(1);
      expect(`${errorOf(main)}\n${main.summary}`).toMatch(missing);
      expect(errorOf(main)).toMatch(/^Runner.* could not be removed: .*\nWhat to do: .*\nCode: /);
    }
    await scene.until(() => scene.sandbox.ec2.volumes.size === 0);
    expect(scene.sandbox.ec2.instances()).toMatchObject([{ state: 'terminated' }]);
  });
});
