import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { Fault, Intercept } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { age, changesSince, expire, findingsOf, isLive, launch } from '../worlds/sandbox/leftovers.js';
import { errorOf, inSandbox, logOf, Scene, type Inputs } from '../worlds/sandbox/scene.js';
import { accelerated } from './accelerated.js';

const quiet = { machines: false } as const;
const RUNNERS = 'GET /repos/{owner}/{repo}/actions/runners';
const ATTEMPT = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}';

/** An instance whose time has ended: a sweep removes it unless a listing fails. */
async function leaveAnOrphan(scene: Scene) {
  const [instance] = await launch(scene);
  expire(instance!);
  age(instance!, 400);
  return instance!;
}

function always(wanted: string, fault: Fault): Intercept {
  return ({ operation }) => (operation === wanted ? fault : undefined);
}

/** The sweep failed for this reason, and removed nothing. */
async function expectRefusal(scene: Scene, inputs: Inputs, reason: RegExp): Promise<StepResult> {
  const from = scene.sandbox.requests.length;
  // The action repeats requests for up to a minute while a fault may be temporary.
  const main = await scene.reap(inputs, { environment: accelerated(6) });
  expect(main.code).toBe(1);
  expect(errorOf(main)).toMatch(reason);
  expect(main.summary).toContain('### Failed');
  expect(main.outputs['removed'] ?? '0').toBe('0');
  expect(changesSince(scene, from)).toEqual([]);
  expect(scene.sandbox.ec2.instances().every(isLive)).toBe(true);
  return main;
}

/** The sweep failed for this reason, and ended the orphan all the same. */
async function expectTheRest(scene: Scene, inputs: Inputs, reason: RegExp): Promise<StepResult> {
  const main = await scene.reap(inputs);
  expect(main).toMatchObject({ code: 1, outputs: { removed: '1' } });
  expect(errorOf(main)).toMatch(reason);
  return main;
}

describe('A sweep with a failed listing removes nothing that depends on it, and fails with the reason', () => {
  const limited = { kind: 'status', status: 403, message: 'API rate limit exceeded', headers: {} } as const;
  const resetAt = String(Math.floor(Date.now() / 1000) + 3_000);
  const exhausted = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': resetAt };

  test.concurrent.each<[string, string, Fault, RegExp]>([
    ['runners: GitHub is down', RUNNERS, { kind: 'status', status: 500 }, /answered 500.*Code: github-unreachable/s],
    ['runners: GitHub closes the connection', RUNNERS, { kind: 'reset-before' }, /Code: github-unreachable/],
    ['runners: GitHub answers nonsense', RUNNERS, { kind: 'malformed' }, /Code: github-unreachable/],
    ['runners: 403', RUNNERS, { kind: 'status', status: 403 }, /with 403.*"Administration: write".*github-forbidden/s],
    ['runners: 404', RUNNERS, { kind: 'status', status: 404 }, /with 404.*github-not-found/s],
    ['runners: the rate limit', RUNNERS, { ...limited, headers: exhausted }, /Code: github-rate-limited/],
    ['runners: an empty answer', RUNNERS, { kind: 'status', status: 200, body: '{}' }, /Code: github-unreachable/],
    ['instances: 403', 'DescribeInstances', denied('DescribeInstances'), /permission ec2:DescribeInstances/],
    ['instances: 503', 'DescribeInstances', { kind: 'status', status: 503 }, /Code: aws-unreachable/],
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

  test.concurrent.each(['Volumes', 'SpotInstanceRequests'])('%s: 403, on which no instance depends', (kind) =>
    inSandbox(quiet, async (scene) => {
      await leaveAnOrphan(scene);
      scene.sandbox.intercept = always(`Describe${kind}`, denied(`Describe${kind}`));
      await expectTheRest(scene, {}, new RegExp(`permission ec2:Describe${kind}.*Code: aws-not-authorized`, 's'));
    }),
  );

  test.concurrent('a second page of runners', async () => {
    // Not in `inSandbox`: no action masks the secrets of runners that this test registers itself.
    const scene = await Scene.open(quiet);
    try {
      await leaveAnOrphan(scene);
      await registerMany(scene, 100);
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

  test.concurrent('the runners of an organization with a token for only the repository', () =>
    inSandbox(withToken({ administration: 'write', actions: 'read' }), async (scene) => {
      await leaveAnOrphan(scene);
      await expectTheRest(scene, { ...little, scope: 'org' }, /"Self-hosted runners: write" in octo-org/);
    }),
  );

  test.concurrent('the runners of an organization that the tag of an instance names', () =>
    inSandbox(withToken({ administration: 'write', actions: 'read' }), async (scene) => {
      await leaveAnOrphan(scene);
      const [other] = await launch(scene, 1, { inputs: { 'runner-scope': 'org' } });
      const main = await expectTheRest(scene, little, /"Self-hosted runners: write" in octo-org/);
      expect(errorOf(main)).toContain(`Not judged for this reason: instance ${other!.id}`);
      expect(isLive(other!)).toBe(true);
    }),
  );

  test.concurrent('with a token that may not list runners', () =>
    inSandbox(withToken({ contents: 'read' }), async (scene) => {
      await leaveAnOrphan(scene);
      await expectRefusal(scene, little, /"Administration: write".*github-forbidden/s);
    }),
  );

  test.concurrent('with a token that has no access to the repository', () =>
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

describe('A malicious instance among five orphans is kept and named, and the orphans are ended:', () => {
  const SCOPE = 'ci-actions:scope';

  async function sweep(scene: Scene, spoil: (evil: InstanceRecord) => void, inputs: Inputs = {}) {
    const all = await launch(scene, 5);
    for (const one of all) expire(one);
    const evil = all[2]!;
    spoil(evil);
    const from = scene.sandbox.requests.length;
    const main = await scene.reap(inputs);
    expect(all.map(isLive)).toEqual(all.map((one) => one === evil));
    expect(main.outputs['removed']).toBe('4');
    expect(findingsOf(main).find(({ id }) => id === evil.id)).toMatchObject({
      region: 'us-east-1',
      type: 't3.xlarge',
      ageMinutes: expect.any(Number),
      estimatedCostUsd: expect.any(Number),
    });
    const asked = scene.sandbox.requests.slice(from).filter(({ service }) => service === 'github');
    return { main, evil, asked: asked.map(({ path }) => path) };
  }

  test.concurrent('one with the scope of a foreign enterprise, which is not queried', () =>
    inSandbox(quiet, async (scene) => {
      const { main, evil, asked } = await sweep(scene, ({ tags }) => tags.set(SCOPE, 'enterprise:evil'));
      expect(main).toMatchObject({ code: 1, outputs: { failed: '1' } });
      const error = errorOf(main);
      expect(error).toContain(evil.id);
      expect(error).toContain('its tag ci-actions:scope is "enterprise:evil", which this sweep may not query');
      expect(error).toMatch(/name that in `enterprise`.*Code: cleanup-incomplete/s);
      expect(asked.filter((path) => path.includes('enterprises'))).toEqual([]);
      expect(main.summary).toContain(evil.id);
    }),
  );

  test.concurrent('one with the enterprise of the input, which answers 403', () =>
    inSandbox(quiet, async (scene) => {
      const listing = 'GET /enterprises/{enterprise}/actions/runners';
      scene.sandbox.intercept = always(listing, { kind: 'status', status: 403 });
      const spoil = ({ tags }: InstanceRecord) => tags.set(SCOPE, 'enterprise:nowhere');
      const { main, evil } = await sweep(scene, spoil, { enterprise: 'nowhere' });
      expect(main.code).toBe(1);
      expect(errorOf(main)).toMatch(new RegExp(`enterprise:nowhere.*${evil.id}.*Code: github-forbidden`, 's'));
    }),
  );

  test.concurrent('one with only the tag of the repository, which fails the sweep after a day', () =>
    inSandbox(quiet, async (scene) => {
      const { main, evil } = await sweep(scene, (one) => {
        for (const key of one.tags.keys()) if (key !== 'ci-actions:repository') one.tags.delete(key);
        age(one, 24 * 60 - 5);
      });
      expect(main.code).toBe(0);
      expect(main.lines.filter((line) => line.startsWith('::warning')).join()).toContain(evil.id);
      age(evil, 24 * 60 + 1);
      const later = await scene.reap();
      expect(later).toMatchObject({ code: 1, outputs: { removed: '0', failed: '0' } });
      expect(errorOf(later)).toMatch(
        new RegExp(`${evil.id} in us-east-1: .*in doubt for 24.0 h, cost so far \\$(3.99|4.00)`),
      );
      expect(later.summary).toMatch(/left to you, in doubt for 24.0 h: the sweep fails/);
    }),
  );

  test.concurrent('one with a tag key in another case, which the filters of EC2 and IAM compare differently', () =>
    inSandbox(quiet, async (scene) => {
      const { main, evil } = await sweep(scene, ({ tags }) => {
        tags.delete('ci-actions:repository');
        tags.set('CI-Actions:Repository', 'octo-org/octo-repo');
      });
      expect(main.code).toBe(0);
      const why =
        'its tag CI-Actions:Repository is "octo-org/octo-repo", which is ci-actions:repository in another case';
      expect(findingsOf(main).find(({ id }) => id === evil.id)).toMatchObject({ outcome: 'skipped', why });
    }),
  );

  test.concurrent('and a region that cannot be listed does not keep the instances of the others', () =>
    inSandbox({ ...quiet, otherRegions: ['eu-west-1'] }, async (scene) => {
      const instance = await leaveAnOrphan(scene);
      scene.sandbox.intercept = ({ operation, index }) => {
        const { authorization = '' } = scene.sandbox.requests[index]!.headers;
        const isThere = authorization.includes('/eu-west-1/');
        return isThere && operation.startsWith('Describe') ? denied(operation) : undefined;
      };
      const main = await scene.reap({ regions: 'us-east-1, eu-west-1' });
      expect(main).toMatchObject({ code: 1, outputs: { removed: '1', failed: '3' } });
      expect(errorOf(main)).toContain('3 of 4 findings could not be resolved: region eu-west-1.');
      expect(logOf(main)).toContain('region eu-west-1: its instances could not be listed');
      expect(isLive(instance)).toBe(false);
    }),
  );
});

describe('A failure for one instance does not end the sweep', () => {
  test.concurrent.each<[string, string, Fault]>([
    ['terminating', 'TerminateInstances', denied('TerminateInstances')],
    ['removing its runner', `DELETE ${RUNNERS.slice(4)}/{runner_id}`, { kind: 'status', status: 403 }],
    ['reading its runner', `${RUNNERS}/{runner_id}`, { kind: 'status', status: 403 }],
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

  test.concurrent('but with a token that may not read runs no instance is judged, and the permission is named', () =>
    inSandbox(withToken({ administration: 'write' }), async (scene) => {
      const instance = await leaveAnOrphan(scene);
      const main = await scene.reap(little);
      expect(main).toMatchObject({ code: 1, outputs: { removed: '0', failed: '1' } });
      expect(logOf(main)).toContain('"Actions: read" on octo-org/octo-repo');
      expect(isLive(instance)).toBe(true);
    }),
  );

  test.concurrent('while a lost answer is requested again', () =>
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

test.concurrent('A canceled sweep ends after the removal in progress, and reports what it did', () =>
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

describe('Bad input is refused before any request', () => {
  test.concurrent('all problems at once', () =>
    inSandbox(quiet, async (scene) => {
      const wrong = { 'grace-minutes': '-5', 'dry-run': 'maybe', regions: 'mars', scope: 'all', enterprise: '../user' };
      const inputs = { ...wrong, 'grace-minute': '5' };
      const main = await scene.reap(inputs);
      expect(main.code).toBe(1);
      const log = logOf(main);
      expect(log).toContain('`grace-minutes` is "-5"; allowed: a whole number from 1 to 1440.');
      expect(log).toContain('`dry-run` is "maybe"; allowed: `true` or `false`.');
      expect(log).toContain('`regions` is "mars"; allowed: regions like eu-west-1.');
      expect(log).toContain('`scope` is "all"; allowed: `repo`, `org`.');
      expect(log).toContain('`enterprise` is "../user"; allowed: the slug of an enterprise.');
      expect(log).toContain('Nothing was removed.');
      expect(log).toContain('`grace-minute` is not an input; did you mean `grace-minutes`?');
      expect(scene.sandbox.requests).toEqual([]);
    }),
  );

  test.concurrent.each(['abc', '0', '1.5', '1441', '1e3'])('a grace period of %s', (grace) =>
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

  test.concurrent('a region that the account does not have, and nothing is removed in the others', () =>
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

  test.concurrent('a sweep requests a token that may read runs, and no files', () =>
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

  test.concurrent('a sweep of an organization has a token for each repository', () =>
    inSandbox(withApp({ ...all, organization_self_hosted_runners: 'write' }), async (scene) => {
      const how = { environment: { GITHUB_REPOSITORY: 'octo-org/other-repo' } };
      const [other] = await launch(scene, 1, { how, inputs: { 'runner-scope': 'org' } });
      expire(other!);
      expect(await scene.reap({ ...app, scope: 'org' })).toMatchObject({ code: 0, outputs: { removed: '1' } });
    }),
  );

  test.concurrent('that may not read runs, the permission is named', () =>
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

async function registerMany(scene: Scene, count: number): Promise<void> {
  const { githubUrl, token } = scene.sandbox;
  for (let one = 0; one < count; one++) {
    const body = JSON.stringify({ name: `builder-${one}`, runner_group_id: 1, labels: ['x'] });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const path = '/repos/octo-org/octo-repo/actions/runners/generate-jitconfig';
    const answer = await fetch(`${githubUrl}${path}`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`${answer.status}`);
  }
}
