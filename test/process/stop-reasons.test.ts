import { describe, expect, test } from '@jest/globals';
import type { InstanceRecord, StateReason } from '../../sandbox/ec2/world/records.js';
import type { StepResult } from '../../sandbox/step.js';
import { age, launch } from '../worlds/sandbox/leftovers.js';
import { inSandbox, logOf, type Inputs, type Scene } from '../worlds/sandbox/scene.js';

const idle = { machines: false };
const POWERED_OFF: StateReason = {
  code: 'Client.InstanceInitiatedShutdown',
  message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
};

/** The texts of the warnings, as GitHub shows them. */
function warningsOf({ lines }: StepResult): string[] {
  return lines
    .filter((line) => line.startsWith('::warning'))
    .map((line) =>
      line
        .replace(/^::warning[^:]*::/, '')
        .replaceAll('%0A', '\n')
        .replaceAll('%25', '%'),
    );
}

/** Starts without waiting, lets all machines end by themselves, then stops. */
async function stopAfterTheEnd(scene: Scene, inputs: Inputs = {}): Promise<StepResult> {
  const main = await scene.start({ 'wait-for': 'launched', ...inputs });
  expect(main.code).toBe(0);
  await scene.until(() => scene.sandbox.ec2.instances().every(({ state }) => state === 'terminated'));
  return stopAll(scene, { label: main.outputs['label'] ?? '' });
}

async function stopAll(scene: Scene, inputs: Inputs = {}): Promise<StepResult> {
  const stop = await scene.stop(inputs);
  expect(stop.code).toBe(0);
  await scene.expectNothingIsLeft();
  return stop;
}

/** Ends a machine that runs no program, with this on its console, before the stop. */
async function perish(scene: Scene, reason: StateReason, said = ''): Promise<InstanceRecord> {
  const [instance] = await launch(scene);
  instance!.postedConsole = said;
  scene.sandbox.ec2.killInstance(instance!.id, reason);
  await scene.until(() => instance!.state === 'terminated');
  return instance!;
}

const phase = (name: string, detail = ''): string =>
  `[   12.345678] ci-actions phase=${name} uptime=12.34 at=${new Date().toISOString()}${detail && ` ${detail}`}\n`;

describe('After a start that did not wait, stop-runner reports', () => {
  test.concurrent('the exit status and the output of the pre-runner script, in log, summary and one warning', () =>
    inSandbox({}, async (scene) => {
      const stop = await stopAfterTheEnd(scene, { 'pre-runner-script': 'echo "No test data on $(uname)"\nexit 7' });
      const { id, tags } = scene.sandbox.ec2.instances()[0]!;
      const runner = tags.get('ci-actions:runner-name');
      const why = `Runner ${runner} took no job: The boot agent powered the instance off: pre-runner script failed with 7.`;
      expect(warningsOf(stop)).toEqual([
        `${why}\nWhat to do: Correct \`pre-runner-script\`. Its last lines are in the log and the summary of this step.`,
      ]);
      for (const text of [logOf(stop), stop.summary]) {
        expect(text).toContain(why);
        expect(text).toContain(`Known from the console of ${id} (GetConsoleOutput): ci-actions phase=power-off.`);
        expect(text).toMatch(/^console: ci-actions pre-runner-script: No test data on Linux$/m);
        expect(text).toMatch(/^Boot phases, in seconds after the launch: agent [\d.]+, .*, power-off [\d.]+$/m);
      }
      expect(stop.summary).toContain('### Runners that took no job');
      expect(scene.count('GetConsoleOutput')).toBe(1);
    }),
  );

  test.concurrent('that GitHub refuses the runner of the image because of its age', () =>
    inSandbox(
      // As on GitHub Enterprise Server, where the preflight cannot read this.
      { github: { servesDeprecations: false, versions: { '2.336.0': { runtime: '2026-01-01T00:00:00Z' } } } },
      async (scene) => {
        const stop = await stopAfterTheEnd(scene);
        expect(warningsOf(stop)).toHaveLength(1);
        expect(warningsOf(stop)[0]).toMatch(
          /: runner exited\. The runner printed: An error occurred: Runner version v2\.336\.0 is deprecated and cannot receive messages\.\nWhat to do: GitHub refuses runners of this age\. Build the image again \(ami/,
        );
      },
    ),
  );

  test.concurrent('that GitHub rejects the just-in-time configuration', () =>
    inSandbox({}, async (scene) => {
      scene.sandbox.on(({ name }) => {
        const [runner] = scene.sandbox.github.runners();
        // The machine's credentials no longer match those that GitHub has.
        if (name === 'launched') Object.assign(runner!.credentials, { clientId: 'another' });
      });
      const stop = await stopAfterTheEnd(scene);
      expect(warningsOf(stop).join()).toMatch(
        /The runner printed: Failed to create a session\..*\nWhat to do: GitHub rejected the runner's configuration/,
      );
    }),
  );

  test.concurrent.each([
    ['startup took longer than 300 s', /The instance does not reach GitHub: .*raise `startup-timeout-minutes`/],
    ['no job within 600 s', /compare its `runs-on` with start-runner's `label`/],
    ['lifetime of 21600 s is over', /raise `max-lifetime-minutes`/],
    ['runner install failed with 1', /The instance does not reach GitHub/],
    ['run-as-user nobody-here does not exist', /Correct `run-as-user`/],
    ['payload unreadable: broken gzip', /Read the last lines of the console/],
  ])('that the boot agent gave up: %s', (reason, hint) =>
    inSandbox(idle, async (scene) => {
      await perish(scene, POWERED_OFF, phase('agent') + phase('power-off', reason));
      const stop = await stopAll(scene);
      expect(warningsOf(stop).join()).toContain(`The boot agent powered the instance off: ${reason}.\n`);
      expect(warningsOf(stop).join()).toMatch(hint);
    }),
  );

  test.concurrent.each([
    [
      'Server.InsufficientInstanceCapacity',
      'Server.InsufficientInstanceCapacity',
      /Name more instance types in `ec2-instance-type`/,
    ],
    ['Client.VolumeLimitExceeded', 'Client.VolumeLimitExceeded: Volume limit exceeded', /raise the EBS quota/],
    ['Client.InternalError', 'Client.InternalError: Client error on launch', /`kms:CreateGrant`/],
    ['Server.InternalError', 'Server.InternalError: Internal error on launch', /The failure is EC2's own/],
    ['Client.SomethingNew', 'Client.SomethingNew: Nobody has seen this', /ask AWS Support what this reason means/],
  ])('that EC2 took the launch back, %s, without asking for a console', (code, message, hint) =>
    inSandbox({ ...idle, timeline: { pendingMs: 60_000 } }, async (scene) => {
      const main = await scene.start({ 'wait-for': 'launched' });
      const [instance] = scene.sandbox.ec2.instances();
      scene.sandbox.ec2.killInstance(instance!.id, { code, message });
      await scene.until(() => instance!.state === 'terminated');
      const stop = await stopAll(scene, { label: main.outputs['label'] ?? '' });
      expect(warningsOf(stop)).toHaveLength(1);
      expect(warningsOf(stop)[0]).toContain(
        `: instance ${instance!.id} is terminated (${message}); it had never been online.\n`,
      );
      expect(warningsOf(stop)[0]).toMatch(hint);
      expect(stop.summary).toContain('Known from the state reason that EC2 gave before this stop (DescribeInstances)');
      expect(scene.count('GetConsoleOutput')).toBe(0);
    }),
  );

  test.concurrent('that EC2 reclaimed the spot instance', () =>
    inSandbox({ ...idle, timeline: { bootMs: 10_000 } }, async (scene) => {
      scene.sandbox.on((event) => {
        if (event.name === 'running') scene.sandbox.ec2.interruptSpot(event.instance, 50);
      });
      const stop = await stopAfterTheEnd(scene, { 'market-type': 'spot' });
      expect(warningsOf(stop).join()).toMatch(
        /Server\.SpotInstanceTermination.*; it had never been online\.\nWhat to do: EC2 reclaimed the spot instance\. .*`market-type: spot-then-on-demand`/,
      );
    }),
  );

  test.concurrent('that EC2 took the instance back during its job, after GitHub has removed the runner', () =>
    inSandbox(idle, async (scene) => {
      const instance = await perish(scene, { code: 'Server.SpotInstanceTermination', message: 'Spot ended' });
      scene.sandbox.github.removeIdleRunner(Number(instance.tags.get('ci-actions:runner-id')));
      const stop = await stopAll(scene);
      expect(warningsOf(stop).join()).toMatch(
        /; a job that it may have had is lost\.\nWhat to do: EC2 reclaimed the spot/,
      );
    }),
  );

  test.concurrent('that the instance powered off, when EC2 no longer has its console', () =>
    inSandbox(idle, async (scene) => {
      const { id } = await perish(scene, POWERED_OFF);
      const stop = await stopAll(scene);
      expect(warningsOf(stop).join()).toMatch(
        new RegExp(` took no job: Instance ${id} is terminated \\(Client\\.InstanceInitiatedShutdown: .*\\)\\.\n`),
      );
      expect(logOf(stop)).toMatch(/^Known from .* the console gives no reason\.$/m);
      expect(logOf(stop)).toMatch(/^Console: empty\. .*EC2 keeps it for an hour\.$/m);
    }),
  );

  test.concurrent('the posted console, where EC2 has no latest one', () =>
    inSandbox(idle, async (scene) => {
      await perish(scene, POWERED_OFF, phase('agent') + phase('power-off', 'pre-runner script failed with 7'));
      scene.sandbox.intercept = ({ operation, body }) => {
        if (operation !== 'GetConsoleOutput' || !body.includes('Latest=true')) return undefined;
        const answer = '<GetConsoleOutputResponse><output></output></GetConsoleOutputResponse>';
        return { kind: 'status', status: 200, body: answer };
      };
      expect(warningsOf(await stopAll(scene)).join()).toContain('pre-runner script failed with 7');
    }),
  );

  test.concurrent('that it may not read the console, and the state reason of EC2', () =>
    inSandbox({ ...idle, denied: ['ec2:GetConsoleOutput'] }, async (scene) => {
      await perish(scene, POWERED_OFF);
      const stop = await stopAll(scene);
      expect(warningsOf(stop)).toHaveLength(1);
      expect(logOf(stop)).toMatch(/^Console: could not be read: .*ec2:GetConsoleOutput/m);
    }),
  );

  test.concurrent('that the console of a running instance is silent, and ends the instance before it reads it', () =>
    inSandbox(idle, async (scene) => {
      const [instance] = await launch(scene);
      age(instance!, 6);
      const stop = await stopAll(scene);
      expect(warningsOf(stop).join()).toMatch(
        /^Runner \S+ was not online 6\.\d min after i-\w+ was launched, which was still running\.\nWhat to do: The boot hangs, or nothing on the instance reads its user data/,
      );
      const asked = scene.sandbox.requests.map(({ operation }) => operation);
      expect(asked.indexOf('GetConsoleOutput')).toBeGreaterThan(asked.indexOf('TerminateInstances'));
    }),
  );

  test.concurrent('that EC2 has forgotten the instance', () =>
    inSandbox(idle, async (scene) => {
      const main = await scene.start({ 'wait-for': 'launched' });
      scene.sandbox.ec2.instancesById.clear();
      scene.sandbox.ec2.volumes.clear();
      const stop = await scene.stop({ label: main.outputs['label'] ?? '' });
      expect(stop.code).toBe(0);
      expect(warningsOf(stop).join()).toMatch(
        /^Runner \S+ was never online, and EC2 does not list an instance of it\.\nWhat to do: EC2 forgets.*15 min after its boot/,
      );
      // The instance may exist all the same, and the next stop searches for it by this runner.
      expect(scene.sandbox.github.runners()).toHaveLength(1);
    }),
  );

  test.concurrent('twelve that fail alike in one warning, and reads ten consoles', () =>
    inSandbox(idle, async (scene) => {
      for (const instance of await launch(scene, 12)) {
        instance.postedConsole = phase('power-off', 'pre-runner script failed with 7');
        scene.sandbox.ec2.killInstance(instance.id, POWERED_OFF);
      }
      await scene.until(() => scene.sandbox.ec2.instances().every(({ state }) => state === 'terminated'));
      const stop = await stopAll(scene);
      expect(scene.count('GetConsoleOutput')).toBe(10);
      expect(warningsOf(stop)).toHaveLength(2);
      expect(warningsOf(stop)[0]).toContain('\n… and 7 more, see the log.\n');
      expect(logOf(stop)).toContain('Console: not read, because this stop has read 10 others.');
    }),
  );
});

describe('stop-runner explains nothing, and reads no console,', () => {
  async function expectSilence(scene: Scene, stop: StepResult): Promise<void> {
    expect(warningsOf(stop)).toEqual([]);
    expect(`${logOf(stop)}${stop.summary}`).not.toMatch(/took no job|What to do/);
    expect(scene.count('GetConsoleOutput')).toBe(0);
  }

  test.concurrent('when the job has run', () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ 'wait-for': 'launched' });
      expect(await scene.queue(main.outputs['label']).finished).toBe('success');
      await expectSilence(scene, await stopAll(scene, { label: main.outputs['label'] ?? '' }));
      await expectSilence(scene, await stopAll(scene, { label: main.outputs['label'] ?? '' }));
    }),
  );

  test.concurrent('when the job is completed and its instance gone', () =>
    inSandbox({}, async (scene) => {
      const main = await scene.start({ 'wait-for': 'launched' });
      expect(await scene.queue(main.outputs['label']).finished).toBe('success');
      await scene.until(() => scene.sandbox.ec2.instances()[0]?.state === 'terminated');
      await expectSilence(scene, await stopAll(scene));
    }),
  );

  test.concurrent('when the runner waits for a job', () =>
    inSandbox({}, async (scene) => {
      await scene.start({ 'wait-for': 'launched' });
      await scene.until(() => scene.sandbox.github.runners()[0]?.status === 'online');
      await expectSilence(scene, await stopAll(scene));
    }),
  );

  test.concurrent('when the instance was launched only just now', () =>
    inSandbox(idle, async (scene) => {
      await launch(scene);
      await expectSilence(scene, await stopAll(scene));
    }),
  );
});

test.concurrent('A second stop, after one that could not remove the runner, gives no warning', () =>
  inSandbox(idle, async (scene) => {
    await launch(scene);
    scene.sandbox.intercept = ({ operation }) =>
      operation.startsWith('DELETE') ? { kind: 'status', status: 403, message: 'Forbidden' } : undefined;
    expect((await scene.stop()).code).toBe(1);
    scene.sandbox.intercept = undefined;
    const again = await stopAll(scene);
    expect(warningsOf(again)).toEqual([]);
    expect(again.summary).toContain('An earlier stop, a sweep or a person ended it');
  }),
);
