/** What stop-runner reports of spot machines that EC2 took away. */
import { describe, expect, test } from '@jest/globals';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { StepResult } from '../../sandbox/step.js';
import { launch } from '../worlds/sandbox/leftovers.js';
import { inSandbox, logOf, type Scene } from '../worlds/sandbox/scene.js';

const SPOT = { 'market-type': 'spot' };
const TAKEN = { code: 'Server.SpotInstanceTermination', message: 'Server.SpotInstanceTermination: Spot ended' };
const POWERED_OFF = { code: 'Client.InstanceInitiatedShutdown', message: 'Client.InstanceInitiatedShutdown: off' };

const interruptedOf = ({ outputs }: StepResult): unknown => JSON.parse(outputs['interrupted'] || '"none"');
const warningsOf = ({ lines }: StepResult) => lines.filter((line) => line.startsWith('::warning'));

const at = (time: string) => `2026-11-27T${time}.000Z`;
const phase = (name: string, time: string, detail = '') =>
  `[  9.1] ci-actions phase=${name} uptime=9.10 at=${at(time)}${detail && ` ${detail}`}\n`;
const NOTICE = phase('interrupted', '20:08:03', 'terminate at 2026-11-27T20:10:00Z');

async function stopAll(scene: Scene): Promise<StepResult> {
  const stop = await scene.stop();
  expect(stop.code).toBe(0);
  await scene.expectNothingIsLeft();
  return stop;
}

/** A spot machine that runs no program, that ended for this reason, and that left this on its console. */
async function perish(scene: Scene, reason: typeof TAKEN, said: string): Promise<InstanceRecord> {
  const [instance] = await launch(scene, 1, { inputs: SPOT });
  instance!.postedConsole = said;
  scene.sandbox.ec2.killInstance(instance!.id, reason);
  await scene.until(() => instance!.state === 'terminated');
  scene.sandbox.github.removeIdleRunner(Number(instance!.tags.get('ci-actions:runner-id')));
  return instance!;
}

describe('Of a spot machine that EC2 took away, stop-runner reports', () => {
  test.concurrent('the job that was lost, its evidence and its cost', () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ ...SPOT, 'wait-for': 'launched' });
      const job = scene.queue(main.outputs['label'], ['sleep 600'], 'build (amd64)');
      const [instance] = scene.sandbox.ec2.instances();
      await scene.until(() => scene.sandbox.ec2.readConsole(instance!.id).includes('phase=job'));
      scene.sandbox.ec2.interruptSpot(instance!.id, 100);
      await scene.until(() => instance!.state === 'terminated');
      const stop = await stopAll(scene);
      expect(job).toBeDefined();
      expect(interruptedOf(stop)).toMatchObject([
        { instance: instance!.id, label: main.outputs['label'], job: 'lost', lostJobs: ['build (amd64)'] },
      ]);
      expect(warningsOf(stop)).toHaveLength(1);
      expect(warningsOf(stop)[0]).toMatch(/; job build \(amd64\) is lost\..*%0AWhat to do: EC2 reclaimed the spot/);
      expect(stop.summary).toMatch(/### Taken away by EC2\n\n\*\*.* It cost (at most )?\$0\.\d{4}\.\*\*/);
      expect(stop.summary).toContain('Known from the state reason that EC2 gave before this stop (DescribeInstances)');
    }),
  );

  test.concurrent('its notice, and that its job had ended, in no warning', () =>
    inSandbox({ machines: false }, async (scene) => {
      const console = [
        phase('job', '20:02:00', 'test'),
        NOTICE,
        'ci-actions runner: 2026-11-27 20:08:20Z: Job test completed with result: Succeeded\n',
        phase('power-off', '20:08:22', 'spot interruption'),
      ];
      const { id } = await perish(scene, POWERED_OFF, console.join(''));
      const stop = await stopAll(scene);
      expect(interruptedOf(stop)).toMatchObject([
        { instance: id, job: 'finished', lostJobs: [], noticedAt: at('20:08:03'), endsAt: at('20:10:00') },
      ]);
      expect(warningsOf(stop)).toEqual([]);
      const what = `EC2's notice that it takes the spot instance away came at 2026-11-27T20:08:03Z, for 2026-11-27T20:10:00Z.`;
      for (const text of [logOf(stop), stop.summary]) expect(text).toContain(what);
      expect(stop.summary).toContain(`the console of ${id} (GetConsoleOutput): ci-actions phase=interrupted`);
    }),
  );

  test.concurrent('that no job was lost, if it had none', () =>
    inSandbox({ machines: false }, async (scene) => {
      await perish(scene, TAKEN, phase('listening', '20:02:00') + NOTICE + phase('power-off', '20:09:00', 'spot'));
      const stop = await stopAll(scene);
      expect(interruptedOf(stop)).toMatchObject([{ job: 'none' }]);
      expect(logOf(stop)).toContain('; it had no job.');
    }),
  );

  test.concurrent('what EC2 itself says, if the console cannot be read', () =>
    inSandbox({ machines: false, denied: ['ec2:GetConsoleOutput'] }, async (scene) => {
      await perish(scene, TAKEN, '');
      const stop = await stopAll(scene);
      expect(interruptedOf(stop)).toMatchObject([{ job: 'unknown', noticedAt: null, endsAt: null }]);
    }),
  );

  test.concurrent('nothing in a later attempt of the run', () =>
    inSandbox({ machines: false }, async (scene) => {
      const { tags } = await perish(scene, TAKEN, NOTICE);
      const stop = await scene.stop(
        { label: tags.get('ci-actions:label')! },
        { environment: { GITHUB_RUN_ATTEMPT: '2' } },
      );
      expect(stop.code).toBe(0);
      expect([interruptedOf(stop), warningsOf(stop)]).toEqual(['none', []]);
      expect(scene.count('GetConsoleOutput')).toBe(0);
    }),
  );
});

test.concurrent('Of a spot machine that ended with its job, stop-runner reports no interruption', () =>
  inSandbox({}, async (scene) => {
    const main = await scene.start({ ...SPOT, 'wait-for': 'launched' });
    expect(await scene.queue(main.outputs['label']).finished).toBe('success');
    const stop = await stopAll(scene);
    expect([interruptedOf(stop), warningsOf(stop)]).toEqual(['none', []]);
    expect(stop.summary).not.toContain('Taken away');
  }),
);
