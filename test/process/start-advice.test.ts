/** What a start reports about the jobs of its own workflow. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { StepResult } from '../../sandbox/step.js';
import { inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

const FILE = '.github/workflows/ci.yml';
const idle = { machines: false };
const quick = { 'wait-for': 'launched' };

const workflow = `
jobs:
  build: { runs-on: ubuntu-latest }
  start:
    outputs: { label: '\${{ steps.start.outputs.label }}' }
    steps: [{ id: start, uses: org/ci-actions/start-runner@v1 }]
  unit: { needs: start, runs-on: '\${{ needs.start.outputs.label }}' }
  e2e: { needs: [start, build], runs-on: '\${{ needs.start.outputs.label }}', timeout-minutes: 500 }
`;
const lines = ['`count: 2`', '`idle-timeout-minutes: 60`', '`max-lifetime-minutes: 5'];

const annotations = (result: StepResult) => result.lines.filter((line) => /^::(warning|notice)/.test(line));

function checkOut(scene: Scene, text: string): void {
  mkdirSync(join(scene.workspace, '.git'));
  mkdirSync(join(scene.workspace, '.github/workflows'), { recursive: true });
  writeFileSync(join(scene.workspace, FILE), text);
}

test.concurrent(
  'a checked-out workflow whose jobs need more gets one warning each, and no request is sent for it',
  () =>
    inSandbox(idle, async (scene) => {
      checkOut(scene, workflow);
      const main = await scene.start(quick);
      expect(main.code).toBe(0);
      expect(annotations(main)).toEqual(
        lines.map((line) => expect.stringMatching(new RegExp(`^::warning::\\.github/workflows/ci\\.yml: .*${line}`))),
      );
      expect(scene.count(/contents/)).toBe(0);
      const given = { ...quick, count: '2', 'idle-timeout-minutes': '60', 'max-lifetime-minutes': '600' };
      expect(annotations(await scene.start(given))).toEqual([]);
    }),
);

test.concurrent('of a workflow that is not checked out, only `mode: start` reads the file, after the launch', () =>
  inSandbox({ ...idle, github: { files: { [FILE]: workflow } } }, async (scene) => {
    expect(annotations(await scene.start(quick))).toEqual([]);
    const reads = () => scene.sandbox.requests.filter(({ path }) => path.includes('ci.yml'));
    expect(reads()).toEqual([]);
    const main = await scene.start({ ...quick, mode: 'start' });
    expect(annotations(main)).toEqual(lines.map((line) => expect.stringContaining(line)));
    const operations = scene.sandbox.requests.map(({ operation }) => operation);
    expect(scene.sandbox.requests.indexOf(reads()[0]!)).toBeGreaterThan(operations.lastIndexOf('RunInstances'));
  }),
);

test.concurrent('without a file that can be read, `mode: start` gets one notice with all limits', () =>
  inSandbox({ ...idle, github: { files: { [FILE]: 'jobs: [' } } }, async (scene) => {
    for (const workflowRef of [undefined, 'other/repo/.github/workflows/a.yml@refs/heads/main', '']) {
      const environment = workflowRef === undefined ? {} : { GITHUB_WORKFLOW_REF: workflowRef };
      const main = await scene.start({ ...quick, mode: 'start' }, { environment });
      expect(main.code).toBe(0);
      expect(annotations(main)).toEqual([
        expect.stringMatching(
          /^::notice::.*`count: N`.*`idle-timeout-minutes: 60`.*`max-lifetime-minutes: 720`.*fill-pool.*`self-hosted`.*`runs-on: /,
        ),
      ]);
    }
    expect(annotations(await scene.start(quick))).toEqual([]);
  }),
);

test.concurrent('a dry run has no label, and names the jobs that cannot run', () =>
  inSandbox(idle, async (scene) => {
    checkOut(scene, workflow);
    const main = await scene.start({ 'dry-run': 'true', label: 'gpu-1' });
    expect(main.code).toBe(0);
    expect(main.outputs['label'] ?? '').toBe('');
    expect(logOf(main)).toContain('Nothing was launched, so the output `label` is empty.');
    expect(annotations(main).at(-1)).toMatch(/`dry-run` starts no runner, so these jobs cannot run: unit, e2e\./);
  }),
);

test.concurrent(
  'with `mode: start` the start-up time begins once the instance is running, after the quiet period',
  () =>
    inSandbox(idle, async (scene) => {
      const given = { ...quick, 'startup-timeout-minutes': '1' };
      await scene.start({ ...given, mode: 'start' });
      await scene.start({ ...given, mode: 'start', 'startup-quiet-period-seconds': '90' });
      await scene.start(given);
      const tags = scene.sandbox.ec2.instances().map((one) => one.tags.get('ci-actions:timeouts'));
      expect(tags).toEqual(['startup=6.5 idle=10', 'startup=7.5 idle=10', 'startup=1 idle=10']);
    }),
);
