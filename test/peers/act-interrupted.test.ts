/** A spot machine that EC2 takes away in the middle of its tests, in the printed workflows, on nektos/act. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { expectNothingIsLeft, MACHINE, openStage, REPORT, resultsOf } from './act/stage.js';

const stage = openStage();
/** Endless on the first machine. */
const SETUP = 'echo under way; if [[ ! -e $HOME/second ]]; then touch "$HOME/second"; sleep 600; fi';
/** The boot agent asks for a notice every 5 s. */
const NOTICE_MS = 30_000;

/**
 * act runs every job on this host, where the first machine's notice is linked to. On the machine itself, a job of the
 * sandbox takes as long as act's.
 */
beforeAll(() => {
  const { sandbox, folder, notice } = stage.world;
  sandbox.on((event) => {
    if (event.name !== 'launched' || sandbox.ec2.instances().length > 1) return;
    const { tags } = sandbox.ec2.instancesById.get(event.instance)!;
    symlinkSync(join(folder, 'disks', event.instance, 'run/ci-actions/interrupted'), notice);
    const steps = [`until [ -e ${join(folder, 'test-is-over')} ]; do sleep 0.1; done`];
    sandbox.github.queueJob({ labels: [tags.get('ci-actions:label')!], name: 'test', steps });
  });
});

test('the tests run again on an on-demand machine, in the same run, which is green and says why', async () => {
  const { sandbox, folder, notice } = stage.world;
  let seen = 0;
  let isTaken = false;
  const run = await stage.dispatch({
    workflow: 'all_environments.yml',
    inputs: { ...REPORT, ...MACHINE, environments: 'unit', 'market-type': 'spot', setup: SETUP },
    calls: 'apart',
    onLine: ({ lines }) => {
      for (; seen < lines.length; seen++) {
        if (/\[unit\/test\] \| .*under way/.test(lines[seen]!) && !isTaken) {
          isTaken = true;
          sandbox.ec2.interruptSpot(sandbox.ec2.instances()[0]!.id, NOTICE_MS);
        }
        if (!lines[seen]!.startsWith('[unit/restart]')) continue;
        writeFileSync(join(folder, 'test-is-over'), '');
        rmSync(notice, { force: true });
      }
    },
  });
  expect(run.code).toBe(0);
  expect(resultsOf(run)).toMatchObject({
    'unit/test': 'success',
    'unit/restart': 'success',
    'unit/retest': 'success',
    'unit/stop': 'success',
    unit: 'success',
    summary: 'success',
  });
  const [first, second, ...others] = sandbox.ec2.instances();
  expect(others).toEqual([]);
  expect([first!.market, second!.market]).toEqual(['spot', 'on-demand']);
  // The boot agent may have powered it off before EC2 ended it.
  expect(first!.stateReason?.code).toMatch(/^Server\.SpotInstanceTermination|^Client\.InstanceInitiatedShutdown/);
  expect(run.log.find('unit/test')!.summary).toMatch(/: interrupted\n\n.*EC2 takes this spot machine away at /);
  expect(run.log.find('unit/retest')!.lines.join('\n')).toMatch(/8 passed/);
  const stop = run.log.find('unit/stop')!;
  const [one, again] = ['stop', 'again'].map((step) => JSON.parse(stop.outputs[step]!['costs']!) as object[]);
  expect([one, again]).toMatchObject([[{ instance: first!.id }], [{ instance: second!.id }]]);
  expect(JSON.parse(stop.outputs['stop']!['interrupted']!)).toMatchObject([
    { instance: first!.id, job: 'finished', noticedAt: expect.any(String), endsAt: expect.any(String) },
  ]);
  expect(stop.summary).toMatch(/### Taken away by EC2\n\n.*EC2's notice .* came at 20/);
  expect(run.log.find('summary')!.summary).toMatch(
    /\| unit \| t3\.xlarge \| .*\| passed, on a second machine, because EC2 took the spot machine away \|/,
  );
  await expectNothingIsLeft(stage.world);
});
