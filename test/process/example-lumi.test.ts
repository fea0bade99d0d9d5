/** Rehearses workflows/example-lumi with six images: the printed workflow, the real actions, one machine, seven runners. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Containers, IMAGES, type Image } from '../worlds/example-lumi.js';
import { PATIENCE_MS } from '../worlds/patience.js';
import type { WorkflowPlay } from '../worlds/sandbox/play-workflow.js';
import { inSandbox, type Scene } from '../worlds/sandbox/scene.js';

const names = Object.keys(IMAGES) as Image[];
/** The runners of each role, and the roles that may take each step's jobs. */
const RUNNERS = { main: 1, build: 1, transfer: 1, test: 4 };
const TAKES: Readonly<Record<string, readonly string[]>> = {
  prepare: ['main'],
  build: ['main', 'build'],
  transfer: ['transfer'],
  test: ['test'],
};

const FIRST = 'volume /var/lib/docker: blank, formatted, volume-closed /var/lib/docker unmounted';
const LATER = 'volume /var/lib/docker: clean, volume-closed /var/lib/docker unmounted';

/** Prints the logs of a run that went another way than expected. */
function expectColor({ jobs }: WorkflowPlay, isGreen: boolean, color: 'green' | 'red'): void {
  if (isGreen !== (color === 'green'))
    console.error(
      Object.entries(jobs)
        .flatMap(([id, { result, log }]) => [`── ${id}: ${result}`, log])
        .join('\n'),
    );
  expect(isGreen ? 'green' : 'red').toBe(color);
}

/** What verify says about each image. */
function verdictsOf({ jobs }: WorkflowPlay): readonly string[] {
  return jobs['verify']!.log.split('\n').filter((line) => /^(passed|failed|unknown) /.test(line));
}

function logsOf({ jobs }: WorkflowPlay, step: string): string {
  const logs = Object.entries(jobs).map(([id, { log }]) => (id.startsWith(`${step}_`) ? log : ''));
  return logs.join('\n');
}

/** Each job has run on a runner of a role that may take it. */
function expectPlaces({ jobs }: WorkflowPlay): void {
  const runners = JSON.parse(jobs['start']!.outputs['runners']!) as { name: string; role: string; instance: string }[];
  const count = (role: string): number => runners.filter((one) => one.role === role).length;
  expect(Object.fromEntries(Object.keys(RUNNERS).map((role) => [role, count(role)]))).toEqual(RUNNERS);
  expect(new Set(runners.map(({ instance }) => instance)).size).toBe(1);
  for (const [id, { runner }] of Object.entries(jobs)) {
    const roles = TAKES[id.split('_')[0]!];
    if (roles) expect(roles).toContain(runners.find(({ name }) => name === runner)?.role);
  }
}

/** What the machines, in their order, found on the volume, and whether they unmounted it. */
function phasesOfVolume({ sandbox }: Scene): string[] {
  return sandbox.ec2.instances().map(({ machine }) => {
    const phases = [...(machine?.readConsole() ?? '').matchAll(/phase=(volume\S*) .* (\/var\/lib\/docker:? .*)$/gm)];
    return phases.map(([, phase, detail]) => `${phase} ${detail}`).join(', ');
  });
}

/** All machines and runners are gone. The volume is left, and free. @returns its id */
async function expectOnlyTheVolumeIsLeft(scene: Scene): Promise<string> {
  const { sandbox } = scene;
  const left = (): string[] => [
    ...sandbox.ec2.instances().flatMap(({ id, state }) => (state === 'terminated' ? [] : [id])),
    ...sandbox.github.runners().map(({ name }) => name),
  ];
  await scene.until(() => left().length === 0);
  expect(left()).toEqual([]);
  const volumes = [...sandbox.ec2.volumes.values()];
  expect(volumes.map(({ tags, attachment }) => [tags.get('ci-actions:volume'), attachment])).toEqual([
    ['containers', undefined],
  ]);
  return volumes[0]!.id;
}

test('A second run builds from the cache on the volume, and tests only what has changed', () =>
  inSandbox({}, async (scene) => {
    const containers = new Containers(scene.directory);
    const first = containers.run(scene, 501);
    expectColor(first, await first.toEnd(), 'green');
    expect(verdictsOf(first)).toEqual(names.map((name) => `passed   ${name}: 3 tests passed in run 501`));
    expect(logsOf(first, 'build').match(/^BUILT /gm)).toHaveLength(names.length);
    expectPlaces(first);
    const volume = await expectOnlyTheVolumeIsLeft(scene);

    containers.writeTest('jax-rocm-6.2', "echo 'tests passed: 5'");
    const second = containers.run(scene, 502);
    expectColor(second, await second.toEnd(), 'green');
    expect(second.jobs['prepare']!.log).toMatch(/Images that the volume brought:\n[^]*containers_rocm-6\.1/);
    expect(logsOf(second, 'build').match(/^CACHED /gm)).toHaveLength(names.length);
    expect(verdictsOf(second)).toEqual(
      names.map((name) =>
        name === 'jax-rocm-6.2'
          ? `passed   ${name}: 5 tests passed in run 502`
          : `passed   ${name}: 3 tests passed in run 501`,
      ),
    );
    expect(await expectOnlyTheVolumeIsLeft(scene)).toBe(volume);
    expect(phasesOfVolume(scene)).toEqual([FIRST, LATER]);
  }));

test('A base that cannot be built makes the images on it unknown, and the others are judged', () =>
  inSandbox({}, async (scene) => {
    const containers = new Containers(scene.directory);
    containers.writeRecipe('rocm-6.2', 'RUN exit 1');
    containers.writeTest('rocm-asan-6.2', "echo 'tests failed: 2'", 'exit 1');
    const run = containers.run(scene, 501);
    expectColor(run, await run.toEnd(), 'red');
    expect(verdictsOf(run)).toEqual([
      'passed   rocm-6.1: 3 tests passed in run 501',
      'unknown  rocm-6.2: not built: its build failed',
      'failed   rocm-asan-6.2: 2 tests failed in run 501',
      'passed   pytorch-rocm-6.1: 3 tests passed in run 501',
      'unknown  pytorch-rocm-6.2: not built: its base rocm-6.2 failed',
      'unknown  jax-rocm-6.2: not built: its base rocm-6.2 failed',
    ]);
    expect(run.jobs).toMatchObject({ verify: { result: 'failure' }, stop: { result: 'success' } });
    await expectOnlyTheVolumeIsLeft(scene);
  }));

test('A run that is canceled in the middle leaves nothing but the volume, with which the next run goes on', () =>
  inSandbox({}, async (scene) => {
    const containers = new Containers(scene.directory);
    const begun = join(scene.directory, 'begun');
    containers.writeRecipe('pytorch-rocm-6.1', `RUN touch ${begun} && sleep 600`);
    const run = containers.run(scene, 501);
    const ended = run.toEnd();
    await untilExists(begun);
    run.cancel();
    expectColor(run, await ended, 'red');
    expect(run.jobs).toMatchObject({
      build_pytorch_rocm_6_1: { result: 'cancelled' },
      test_pytorch_rocm_6_1: { result: 'cancelled' },
      verify: { result: 'failure' },
      stop: { result: 'success' },
    });
    expect(verdictsOf(run)).toHaveLength(names.length);
    const volume = await expectOnlyTheVolumeIsLeft(scene);

    containers.writeRecipe('pytorch-rocm-6.1', 'RUN true');
    const next = containers.run(scene, 502);
    expectColor(next, await next.toEnd(), 'green');
    expect(logsOf(next, 'build')).toMatch(/^CACHED containers\/rocm-6\.1$/m);
    expect(await expectOnlyTheVolumeIsLeft(scene)).toBe(volume);
    expect(phasesOfVolume(scene)).toEqual([FIRST, LATER]);
  }));

test('The machine of a run that was killed is ended by the next start, which gets its volume', () =>
  inSandbox({}, async (scene) => {
    const containers = new Containers(scene.directory);
    const begun = join(scene.directory, 'begun');
    containers.writeRecipe('rocm-asan-6.2', `RUN touch ${begun} && sleep 600`);
    const run = containers.run(scene, 501);
    const ended = run.toEnd();
    await untilExists(begun);
    run.cancel('by force');
    expectColor(run, await ended, 'red');
    expect(run.jobs).toMatchObject({ start: { result: 'success' }, stop: { result: 'cancelled' } });
    expect(scene.sandbox.ec2.instances().map(({ state }) => state)).toEqual(['running']);

    containers.writeRecipe('rocm-asan-6.2', 'RUN true');
    const next = containers.run(scene, 502);
    expectColor(next, await next.toEnd(), 'green');
    await scene.reap({}, { environment: { GITHUB_RUN_ID: '503' } });
    await expectOnlyTheVolumeIsLeft(scene);
    expect(phasesOfVolume(scene)).toEqual([FIRST, LATER]);
  }));

async function untilExists(file: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!existsSync(file)) {
    if (performance.now() > end) throw new Error(`${file} did not come.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
