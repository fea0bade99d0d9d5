import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Fault, Intercept } from '../../sandbox/sandbox.js';
import { age, changesSince, expire, findingsOf, isLive, launch } from './aftermath.js';
import { inHaste } from './haste.js';
import { errorOf, inSandbox, logOf, Scene, type Inputs } from './suite.js';

const quiet = { machines: false } as const;
const RUNNERS = 'GET /repos/{owner}/{repo}/actions/runners';
const ATTEMPT = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}';

/** An instance that is beyond its time: any sweep that can ask removes it. */
async function leaveAnOrphan(scene: Scene) {
  const [instance] = await launch(scene);
  expire(instance!);
  age(instance!, 400);
  return instance!;
}

function always(wanted: string, fault: Fault): Intercept {
  return ({ operation }) => (operation === wanted ? fault : undefined);
}

/** It failed for this reason, and nothing was touched. */
async function expectRefusal(scene: Scene, inputs: Inputs, reason: RegExp): Promise<void> {
  const from = scene.sandbox.requests.length;
  // What may pass is waited for, for a minute.
  const main = await scene.reap(inputs, { environment: inHaste(6) });
  expect(main.code).toBe(1);
  expect(errorOf(main)).toMatch(reason);
  expect(main.summary).toContain('### Failed');
  expect(main.outputs['removed']).toBeUndefined();
  expect(changesSince(scene, from)).toEqual([]);
  expect(scene.sandbox.ec2.instances().every(isLive)).toBe(true);
}

describe('A sweep that cannot list touches nothing, and says why', () => {
  const limited = { kind: 'status', status: 403, message: 'API rate limit exceeded', headers: {} } as const;
  const resetAt = String(Math.floor(Date.now() / 1000) + 3_000);
  const exhausted = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': resetAt };

  test.concurrent.each<[string, string, Fault, RegExp]>([
    ['runners: GitHub is down', RUNNERS, { kind: 'status', status: 500 }, /answered 500.*Code: github-unreachable/s],
    ['runners: GitHub is silent', RUNNERS, { kind: 'reset-before' }, /Code: github-unreachable/],
    ['runners: GitHub talks nonsense', RUNNERS, { kind: 'malformed' }, /Code: github-unreachable/],
    ['runners: 403', RUNNERS, { kind: 'status', status: 403 }, /with 403.*"Administration: write".*github-forbidden/s],
    ['runners: 404', RUNNERS, { kind: 'status', status: 404 }, /with 404.*github-not-found/s],
    ['runners: the rate limit', RUNNERS, { ...limited, headers: exhausted }, /Code: github-rate-limited/],
    ['runners: an empty answer', RUNNERS, { kind: 'status', status: 200, body: '{}' }, /Code: github-unreachable/],
    ['instances: 403', 'DescribeInstances', denied('DescribeInstances'), /permission ec2:DescribeInstances/],
    ['instances: 503', 'DescribeInstances', { kind: 'status', status: 503 }, /Code: aws-unreachable/],
    ['volumes: 403', 'DescribeVolumes', denied('DescribeVolumes'), /permission ec2:DescribeVolumes/],
    [
      'spot requests: 403',
      'DescribeSpotInstanceRequests',
      denied('DescribeSpotInstanceRequests'),
      /permission ec2:DescribeSpotInstanceRequests/,
    ],
    [
      'instances: an empty answer',
      'DescribeInstances',
      { kind: 'status', status: 200, body: '<a/>' },
      /aws-unreachable/,
    ],
  ])('%s', (_, operation, fault, reason) =>
    inSandbox(quiet, async (scene) => {
      await leaveAnOrphan(scene);
      scene.sandbox.intercept = always(operation, fault);
      await expectRefusal(scene, {}, reason);
    }),
  );

  test.concurrent('a second page of runners', async () => {
    // Not in `inSandbox`: what this test mints by itself nobody masks.
    const scene = await Scene.open(quiet);
    try {
      await leaveAnOrphan(scene);
      await mintMany(scene, 100);
      let listings = 0;
      scene.sandbox.intercept = ({ operation }) =>
        operation === RUNNERS && ++listings > 1 ? { kind: 'status', status: 502 } : undefined;
      await expectRefusal(scene, {}, /Code: github-unreachable/);
      scene.sandbox.intercept = undefined;
      expect(await scene.reap()).toMatchObject({ code: 0, outputs: { removed: '1' } });
    } finally {
      await scene.close();
    }
  });

  test.concurrent('the runners of an organisation whose token is only good for the repository', () =>
    inSandbox(withToken({ administration: 'write', actions: 'read' }), async (scene) => {
      await leaveAnOrphan(scene);
      await expectRefusal(scene, { ...little, scope: 'org' }, /"Self-hosted runners: write" in octo-org/);
    }),
  );

  test.concurrent('the runners of an organisation that an instance’s tag names', () =>
    inSandbox(withToken({ administration: 'write', actions: 'read' }), async (scene) => {
      await leaveAnOrphan(scene);
      await launch(scene, 1, { inputs: { 'runner-scope': 'org' } });
      await expectRefusal(scene, little, /"Self-hosted runners: write" in octo-org/);
    }),
  );

  test.concurrent('with a token that may not list runners', () =>
    inSandbox(withToken({ contents: 'read' }), async (scene) => {
      await leaveAnOrphan(scene);
      await expectRefusal(scene, little, /"Administration: write".*github-forbidden/s);
    }),
  );

  test.concurrent('with a token that does not see the repository', () =>
    inSandbox(withToken({ administration: 'write' }, ['octo-org/other-repo']), async (scene) => {
      await leaveAnOrphan(scene);
      await expectRefusal(scene, little, /Code: github-not-found/);
    }),
  );

  test.concurrent('without AWS credentials', () =>
    inSandbox(quiet, async (scene) => {
      const main = await scene.reap({}, { environment: { AWS_ACCESS_KEY_ID: undefined } });
      expect(main.code).toBe(1);
      expect(errorOf(main)).toContain('Code: aws-no-credentials');
    }),
  );
});

describe('What fails for one does not end the sweep', () => {
  test.concurrent.each<[string, string, Fault]>([
    ['terminating', 'TerminateInstances', denied('TerminateInstances')],
    ['removing its runner', `DELETE ${RUNNERS.slice(4)}/{runner_id}`, { kind: 'status', status: 403 }],
    ['asking for its runner', `${RUNNERS}/{runner_id}`, { kind: 'status', status: 403 }],
  ])('%s', (_, wanted, fault) =>
    inSandbox(quiet, async (scene) => {
      const [first, second] = await launch(scene, 2);
      for (const one of [first!, second!]) expire(one);
      let asked = 0;
      scene.sandbox.intercept = ({ operation }) => (operation === wanted && ++asked === 1 ? fault : undefined);
      const main = await scene.reap();
      expect(main).toMatchObject({ code: 1, outputs: { removed: '1', failed: '1' } });
      expect(errorOf(main)).toMatch(/Code: cleanup-incomplete/);
      expect(errorOf(main)).toContain(first!.id);
      expect(findingsOf(main)).toMatchObject([
        { id: first!.id, outcome: 'failed', error: expect.any(String) },
        { id: second!.id, outcome: 'removed' },
      ]);
      expect(main.summary).toMatch(/\| failed: .* \|\n/);
      expect([isLive(first!), isLive(second!)]).toEqual([true, false]);
      scene.sandbox.intercept = undefined;
      expect(await scene.reap()).toMatchObject({ code: 0, outputs: { removed: '1' } });
    }),
  );

  test.concurrent('but with a token that may not read runs nothing is judged, and the permission is named', () =>
    inSandbox(withToken({ administration: 'write' }), async (scene) => {
      const instance = await leaveAnOrphan(scene);
      const main = await scene.reap(little);
      expect(main).toMatchObject({ code: 1, outputs: { removed: '0', failed: '1' } });
      expect(logOf(main)).toContain('"Actions: read" on octo-org/octo-repo');
      expect(isLive(instance)).toBe(true);
    }),
  );

  test.concurrent('while a lost answer is simply asked for again', () =>
    inSandbox(quiet, async (scene) => {
      const instance = await leaveAnOrphan(scene);
      const seen = new Set<string>();
      scene.sandbox.intercept = ({ operation }) => {
        if (seen.has(operation)) return undefined;
        seen.add(operation);
        return { kind: 'reset-after' };
      };
      expect(await scene.reap()).toMatchObject({ code: 0, outputs: { removed: '1', failed: '0' } });
      expect(seen).toContain(ATTEMPT);
      expect(isLive(instance)).toBe(false);
    }),
  );
});

test.concurrent('A cancelled sweep ends after what it has begun, and tells what it did', () =>
  inSandbox(quiet, async (scene) => {
    const [first, second] = await launch(scene, 2);
    for (const one of [first!, second!]) expire(one);
    let kill: ((signal: NodeJS.Signals) => void) | undefined;
    scene.sandbox.intercept = ({ operation }) => {
      if (operation !== 'TerminateInstances') return undefined;
      kill?.('SIGINT');
      return { kind: 'stall', ms: 500 };
    };
    const main = await scene.reap({}, { onStart: (end) => (kill = end) });
    expect(main).toMatchObject({ code: 1, outputs: { removed: '1' } });
    expect(errorOf(main)).toContain('Code: cancelled');
    expect(main.summary).toContain(first!.id);
    expect([isLive(first!), isLive(second!)]).toEqual([false, true]);
  }),
);

describe('Bad input is refused before anything is asked', () => {
  test.concurrent('all of it at once', () =>
    inSandbox(quiet, async (scene) => {
      const inputs = { 'grace-minutes': '-5', 'dry-run': 'maybe', regions: 'mars', scope: 'all', 'grace-minute': '5' };
      const main = await scene.reap(inputs);
      expect(main.code).toBe(1);
      const log = logOf(main);
      expect(log).toContain('`grace-minutes` is "-5"; allowed: a whole number from 1 to 1440.');
      expect(log).toContain('`dry-run` is "maybe"; allowed: `true` or `false`.');
      expect(log).toContain('`regions` is "mars"; allowed: regions like eu-west-1.');
      expect(log).toContain('`scope` is "all"; allowed: `repo`, `org`.');
      expect(log).toContain('`grace-minute` is not an input; did you mean `grace-minutes`?');
      expect(scene.sandbox.requests).toEqual([]);
    }),
  );

  test.concurrent.each(['abc', '0', '1.5', '1441', '1e3'])('a grace of %s', (grace) =>
    inSandbox(quiet, async (scene) => {
      const main = await scene.reap({ 'grace-minutes': grace });
      expect(errorOf(main)).toContain(`\`grace-minutes\` is "${grace}"; allowed:`);
      expect(scene.sandbox.requests).toEqual([]);
    }),
  );

  test.concurrent('no token', () =>
    inSandbox(quiet, async (scene) => {
      expect(errorOf(await scene.reap({ 'github-token': '' }))).toContain('`github-token` is empty');
    }),
  );

  test.concurrent('a region that the account does not have: nothing is touched in the others', () =>
    inSandbox(quiet, async (scene) => {
      await leaveAnOrphan(scene);
      await expectRefusal(scene, { regions: 'us-east-1, eu-nowhere-1' }, /`regions` names eu-nowhere-1.*\n.*us-west-2/);
    }),
  );
});

describe('With a GitHub App', () => {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const app = { 'github-token': '', 'app-id': '1234', 'app-private-key': keys.privateKey };
  const withApp = (permissions: Readonly<Record<string, 'read' | 'write'>>) => ({
    ...quiet,
    github: {
      app: { id: 1234, publicKey: keys.publicKey, installations: [{ id: 77, account: 'octo-org', permissions }] },
    },
  });
  const all = { administration: 'write', actions: 'read', contents: 'read' } as const;

  test.concurrent('a sweep asks for a token that may read runs, and no files', () =>
    inSandbox(withApp(all), async (scene) => {
      const instance = await leaveAnOrphan(scene);
      expect(await scene.reap(app)).toMatchObject({ code: 0, outputs: { removed: '1' } });
      expect(isLive(instance)).toBe(false);
      const mint = scene.sandbox.requests.findLast(({ operation }) => operation.endsWith('access_tokens'));
      expect(JSON.parse(mint?.body ?? '')).toEqual({
        permissions: { administration: 'write', actions: 'read' },
        repositories: ['octo-repo'],
      });
    }),
  );

  test.concurrent('a sweep of an organisation has a token for each repository', () =>
    inSandbox(withApp({ ...all, organization_self_hosted_runners: 'write' }), async (scene) => {
      const how = { environment: { GITHUB_REPOSITORY: 'octo-org/other-repo' } };
      const [other] = await launch(scene, 1, { how, inputs: { 'runner-scope': 'org' } });
      expire(other!);
      expect(await scene.reap({ ...app, scope: 'org' })).toMatchObject({ code: 0, outputs: { removed: '1' } });
    }),
  );

  test.concurrent('that was granted no runs, the permission is named', () =>
    inSandbox(withApp({ administration: 'write' }), async (scene) => {
      await leaveAnOrphan(scene);
      expect(logOf(await scene.reap(app))).toContain('"Actions: read" on octo-org/octo-repo');
      expect(scene.sandbox.ec2.instances().every(isLive)).toBe(true);
    }),
  );
});

const little = { 'github-token': 'github_pat_11A_little' };

function withToken(permissions: Readonly<Record<string, 'read' | 'write'>>, repositories?: string[]) {
  const token = { token: 'github_pat_11A_little', kind: 'fine-grained', permissions } as const;
  return { ...quiet, github: { tokens: [{ ...token, ...(repositories && { repositories }) }] } };
}

function denied(action: string): Fault {
  const message = `You are not authorized to perform: ec2:${action}`;
  return { kind: 'status', status: 403, code: 'UnauthorizedOperation', message };
}

async function mintMany(scene: Scene, count: number): Promise<void> {
  const { githubUrl, token } = scene.sandbox;
  for (let one = 0; one < count; one++) {
    const body = JSON.stringify({ name: `builder-${one}`, runner_group_id: 1, labels: ['x'] });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const path = '/repos/octo-org/octo-repo/actions/runners/generate-jitconfig';
    const answer = await fetch(`${githubUrl}${path}`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`${answer.status}`);
  }
}
