import { expect, test } from '@jest/globals';
import { startSandbox, type SandboxOptions } from '../../sandbox/sandbox.js';
import { runStep } from '../../sandbox/step.js';
import { ours } from '../../tools/bench/contenders.js';

/** The requests of one start of one runner, without polls of the runner, whose number depends on the time. */
async function listRequests(options: SandboxOptions): Promise<readonly string[]> {
  const sandbox = await startSandbox({ machines: false, ...options });
  try {
    const inputs = { ...ours.inputs, 'github-token': sandbox.token, 'wait-for': 'launched' };
    const started = await runStep({ script: ours.script, inputs, environment: sandbox.environment });
    expect(started.code).toBe(0);
    return sandbox.requests.map(({ operation }) => operation).sort();
  } finally {
    await sandbox.close();
  }
}

/** As before roles, data volumes and machine names came: who uses none of them pays for none of them. */
test.each([
  ['an image of ami/', {}, 'deprecations/{version}'],
  ['a stock image', { parameters: { '/ci-actions/ami/amd64': undefined } }, 'downloads'],
])('A start of one runner on %s sends six requests', async (_image, options, about) => {
  expect(await listRequests(options)).toEqual([
    'DescribeImages',
    'DescribeInstanceTypes',
    `GET /repos/{owner}/{repo}/actions/runners/${about}`,
    'GetParameters',
    'POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig',
    'RunInstances',
  ]);
});
