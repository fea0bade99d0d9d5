import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { seed } from '../../sandbox/sandbox.js';
import type { StepResult } from '../../sandbox/step.js';
import { errorOf, inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

/** A failed start has rolled back by itself, and its post step finds nothing to do. */
async function expectUndone(scene: Scene, main: StepResult): Promise<void> {
  expect(main.code).toBe(1);
  // By the label and the region, a stop finds only what this start may have left behind.
  expect(Object.keys(main.outputs)).toEqual(['label', 'labels', 'region']);
  expect(main.summary).toContain('### Failed: ');
  await scene.expectNothingIsLeft();
  const before = scene.sandbox.requests.length;
  expect(await scene.finish(main)).toMatchObject({ code: 0 });
  expect(scene.sandbox.requests).toHaveLength(before);
}

describe('A machine that does not come up', () => {
  test.concurrent(
    'because its host fails ends the other one of the same start, and the error shows how far it came',
    () =>
      inSandbox({ timeline: { bootMs: 1_000 } }, async (scene) => {
        const { ec2 } = scene.sandbox;
        const forget = scene.sandbox.on(({ name, ...event }) => {
          if (name !== 'agent' || !('instance' in event)) return;
          forget();
          const reason = { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' };
          ec2.killInstance(event.instance, reason);
        });
        const main = await scene.start({ count: '2' });
        expect(errorOf(main)).toMatch(
          /^Instance i-\w+ is terminated \(Server\.InternalError: Internal error on launch\) before runner ec2-\S+ was online\.\n/,
        );
        expect(errorOf(main)).toMatch(/\nCode: instance-died$/);
        expect(main.summary).toMatch(/\nCode: `instance-died`\n\nMore: http\S+\/docs\/errors\.md#instance-died\n+$/);
        expect(logOf(main)).toMatch(/^Instance i-\w+: terminated \(Server\.InternalError/m);
        expect(logOf(main)).toMatch(/^console: .*Linux on t3\.xlarge, i-\w+ \(sandbox\)$/m);
        expect(ec2.instances()).toHaveLength(2);
        await expectUndone(scene, main);
      }),
  );

  test.concurrent('because EC2 interrupts the spot instance', () =>
    inSandbox({ timeline: { bootMs: 10_000 } }, async (scene) => {
      scene.sandbox.on((event) => {
        if (event.name === 'running') scene.sandbox.ec2.interruptSpot(event.instance, 100);
      });
      const main = await scene.start({ 'market-type': 'spot' });
      expect(errorOf(main)).toMatch(
        /^Instance i-\w+ is terminated \(Server\.SpotInstanceTermination: Spot instance termination\) before runner/,
      );
      expect(errorOf(main)).toMatch(
        /\nWhat to do: EC2 reclaimed the spot instance\. .*`market-type: spot-then-on-demand`/,
      );
      await expectUndone(scene, main);
      expect([...scene.sandbox.ec2.spotRequests.values()].map(({ state }) => state)).toEqual(['closed']);
    }),
  );

  test.concurrent('because the pre-runner script fails has that as its first line, with the output of the script', () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ 'pre-runner-script': 'echo "No test data on $(uname)"\nexit 7' });
      expect(errorOf(main)).toMatch(
        /\nWhy: The boot agent powered the instance off: pre-runner script failed with 7\.\nWhat to do: /,
      );
      expect(logOf(main)).toMatch(/^console: ci-actions pre-runner-script: No test data on Linux$/m);
      expect(logOf(main)).toMatch(
        /^Boot phases, in seconds after the launch: agent [\d.]+, payload .*, power-off [\d.]+$/m,
      );
      await expectUndone(scene, main);
    }),
  );

  test.concurrent('because the downloaded runner does not have the checksum that GitHub named', () =>
    inSandbox({ parameters: { '/ci-actions/ami/amd64': undefined } }, async (scene) => {
      const { githubUrl: url } = scene.sandbox;
      const filename = 'actions-runner-linux-x64-2.336.0.tar.gz';
      const listed = { os: 'linux', architecture: 'x64', filename, download_url: `${url}/_download/${filename}` };
      const body = JSON.stringify([{ ...listed, sha256_checksum: 'f'.repeat(64) }]);
      scene.sandbox.intercept = ({ operation }) =>
        operation.endsWith('/downloads') ? { kind: 'status', status: 200, body } : undefined;
      const main = await scene.start();
      expect(errorOf(main)).toContain('The boot agent powered the instance off: runner install failed with 1.');
      expect(logOf(main)).toContain(`checksum of ${url}/_download/${filename} is not ${'f'.repeat(64)}`);
      expect(scene.sandbox.events.map(({ name }) => name)).not.toContain('runner-online');
      await expectUndone(scene, main);
    }),
  );
});

describe('A launch that EC2 refuses', () => {
  test.concurrent('everywhere fails the start, and every plan is listed with its refusal', () =>
    inSandbox({ capacity: { '*': 0 } }, async (scene) => {
      const types = { 'ec2-instance-type': 't3.xlarge, m5.xlarge', 'market-type': 'spot-then-on-demand' };
      const main = await scene.start(types);
      expect(errorOf(main)).toMatch(
        /^EC2 refused all 4 plans\.\nWhat to do: Capacity comes and goes: run the job again/,
      );
      expect(errorOf(main)).toMatch(/\nCode: no-capacity, request id: [0-9a-f-]{36}$/);
      for (const plan of ['t3.xlarge spot', 'm5.xlarge spot', 't3.xlarge on-demand', 'm5.xlarge on-demand']) {
        const line = new RegExp(
          `^(${plan} \\(us-east-1\\): InsufficientInstanceCapacity: |The same for .*${plan} \\()`,
          'm',
        );
        expect(logOf(main)).toMatch(line);
        expect(main.summary).toMatch(line);
      }
      expect(scene.launches()).toHaveLength(4);
      await expectUndone(scene, main);
    }),
  );

  test.concurrent('because of a quota names the quota and where to raise it', () =>
    inSandbox({ quota: { 'gpu/on-demand': 0 } }, async (scene) => {
      const main = await scene.start({ preset: 'cuda' });
      expect(errorOf(main)).toMatch(
        /^An EC2 quota allows none of the 3 plans\.\nWhat to do: .*L-DB2E81BA.*\nCode: quota-exceeded/,
      );
      await expectUndone(scene, main);
    }),
  );

  test.concurrent.each([
    ['ec2:RunInstances', 'ec2:RunInstances'],
    ['ec2:CreateTags', 'ec2:CreateTags'],
    ['ec2:DescribeImages', 'ec2:DescribeImages'],
    ['ssm:GetParameters', 'ssm:GetParameters'],
  ])('for lack of %s names that permission', (denied, permission) =>
    inSandbox({ denied: [denied] }, async (scene) => {
      const main = await scene.start();
      expect(errorOf(main)).toMatch(
        new RegExp(`^The AWS credentials lack the permission ${permission}( on \\*)?\\.\n`),
      );
      expect(errorOf(main)).toMatch(new RegExp(`\nWhat to do: Allow ${permission} .*\nCode: aws-not-authorized`));
      await expectUndone(scene, main);
    }),
  );
});

describe('Before anything is launched', () => {
  test.concurrent.each([
    [
      'AWS credentials',
      ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
      /^There are no usable AWS credentials: .*\nWhat to do: Put aws-actions\/configure-aws-credentials before this step\.[^]*Code: aws-no-credentials$/,
    ],
    [
      'a region',
      ['AWS_REGION', 'AWS_DEFAULT_REGION'],
      /^There is no usable AWS region: .*\nWhat to do: Give aws-actions\/configure-aws-credentials an `aws-region`, or set AWS_REGION\.\nCode: aws-no-region$/,
    ],
  ])('a start without %s fails', (_, missing, says) =>
    inSandbox({ machines: false }, async (scene) => {
      const environment = Object.fromEntries(missing.map((name) => [name, undefined]));
      for (const main of [await scene.start({}, { environment }), await scene.stop({}, { environment })]) {
        expect(main.code).toBe(1);
        expect(errorOf(main)).toMatch(says);
      }
      expect(scene.count(/RunInstances|generate-jitconfig/)).toBe(0);
    }),
  );

  test.concurrent('a script that fits only without the programs for a stock image is too large', () =>
    inSandbox({ machines: false, parameters: { '/ci-actions/ami/amd64': undefined } }, async (scene) => {
      const main = await scene.start({ 'pre-runner-script': `# ${randomBytes(6_000).toString('base64')}` });
      expect(main.code).toBe(1);
      expect(errorOf(main)).toMatch(
        /^The user data is \d{5} bytes; EC2 allows 16384\.\n[^]*\nCode: payload-too-large$/,
      );
      expect(scene.count(/RunInstances|generate-jitconfig/)).toBe(0);
    }),
  );

  test.concurrent(
    'an image whose runner GitHub refuses fails the start with the reason, and the registered runner is removed',
    () => {
      const tags = new Map([['ci-actions:runner-version', '2.334.0']]);
      const old = seed.image({
        id: 'ami-00000000000000001',
        name: 'old',
        ownerId: seed.ACCOUNT,
        createdAt: '2026-01-01T00:00:00Z',
        tags,
      });
      return inSandbox({ machines: false, images: [old] }, async (scene) => {
        const main = await scene.start({ 'ec2-image-id': old.id, 'wait-for': 'launched' });
        expect(errorOf(main)).toMatch(
          /^Image ami-00000000000000001 holds runner 2\.334\.0; GitHub has refused it since \S+\.\n/,
        );
        expect(scene.count(/RunInstances/)).toBe(0);
        await expectUndone(scene, main);
      });
    },
  );
});
