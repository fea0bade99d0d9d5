import { describe, expect } from '@jest/globals';
import { scenario } from './boot-machine.js';
import { detailsOf, obedient, order, several, untilAllListen } from './boot-several.js';

const TOKEN = 'A-TOKEN-THAT-NOBODY-ELSE-MAY-SEE';

describe('a runner that takes many jobs', () => {
  const grouped = several({ runners: ['build job', 'test run'], lines: ['#:runner-group the big ones'] });
  scenario('registers itself with its own labels alone', grouped, async (machine) => {
    await untilAllListen(machine, 2);
    expect(await machine.read('configured-1')).toBe('');
    expect(await machine.read('configured-2')).toBe(
      '--unattended --replace --disableupdate --no-default-labels --work _work --runnergroup the big ones ' +
        '--url https://github.example/owner/repo --name r2 --labels label-2,more\n',
    );
  });

  // Long enough for a busy machine to give the runner its jobs.
  const lone = several({ runners: ['- run'], seconds: { idle: 5 } });
  scenario('alone on its machine is called a runner, and has a token that no job sees', lone, async (machine) => {
    await untilAllListen(machine, 1);
    await order(machine, 1, 'job first', 'grep -rl THAT[-]NOBODY /proc/[0-9]*/cmdline "$CI_ACTIONS_ROOT"; job second');
    expect(await machine.reasonOfPowerOff()).toBe('no job within 5 s');
    expect(await detailsOf(machine, 'job')).toEqual(['first', 'second']);
    expect(await detailsOf(machine, 'runner-exit')).toEqual(['0']);
    const text = await machine.read('console');
    expect(text).toMatch(/^ci-actions runner: √ Runner successfully added$/m);
    expect(text).not.toContain(TOKEN);
    expect(text).toMatch(/^ci-actions runner: .*\/config-env-1$/m);
    expect(text.match(/^ci-actions runner: \/.*/gm)).toHaveLength(1);
    expect(await machine.read('config-env-1')).toContain(`ACTIONS_RUNNER_INPUT_TOKEN=${TOKEN}\n`);
    expect(await machine.read('env-1')).not.toContain(TOKEN);
  });

  const idle = several({ runners: ['a run', 'b run', 'c job'], seconds: { idle: 3 } });
  scenario('ends with the machine, once no runner has had a job for the idle timeout', idle, async (machine) => {
    await untilAllListen(machine, 3);
    // Longer than the idle timeout in all, and never without a job for as long.
    await order(
      machine,
      1,
      'for i in 1 2 3; do job "$i" 1; sleep 1; echo "2026-10-20 10:00:03Z: Listening for Jobs"; done',
    );
    expect(await machine.reasonOfPowerOff()).toBe('no job within 3 s');
    expect(await detailsOf(machine, 'job')).toEqual(['1 a: 1', '1 a: 2', '1 a: 3']);
    expect((await detailsOf(machine, 'runner-exit')).toSorted()).toEqual(['1 a: 0', '2 b: 0', '3 c: 0']);
    expect(await machine.read('console')).not.toContain('ended by itself');
  });

  const fragile = several({ runners: ['a job', 'b run', 'c job'] });
  scenario('is started again after a crash, three times, without a second registration', fragile, async (machine) => {
    await untilAllListen(machine, 3);
    await order(machine, 1, 'job long 30');
    await machine.untilConsole('1 a: long');
    for (let crash = 1; crash <= 4; crash++) {
      await order(machine, 2, 'echo "Running job: lost"; exit 7');
      await machine.until(async () => (await detailsOf(machine, 'runner-exit')).length === crash);
    }
    await machine.untilConsole('runner 2 (b): ended by itself again');
    expect(await machine.read('console')).toContain('ci-actions runner 2 (b): ended by itself, restart 3 of 3\n');
    expect(await detailsOf(machine, 'runner-start')).toEqual(['1 a', '2 b', '3 c', '2 b', '2 b', '2 b']);
    expect((await machine.read('configured-2')).match(/--name/g)).toHaveLength(1);
    expect((await machine.read('cwd-2')).match(/\n/g)).toHaveLength(4);
    expect(await machine.read('power-off')).toBe('');
    // The others go on.
    await order(machine, 3, 'job other', 'exit');
    await machine.untilConsole('3 c: other');
  });

  const refused = several({ runners: ['a job', 'b run'], programs: { 'refused-2': '' } });
  scenario('that cannot register tries it four times, and the others go on', refused, async (machine) => {
    await machine.untilConsole('ended by itself again');
    expect((await machine.read('configured-2')).match(/--name/g)).toHaveLength(4);
    expect(await machine.read('console')).toContain('ci-actions runner 2 (b): Http response code: NotFound\n');
    expect(await machine.read('power-off')).toBe('');
    await order(machine, 1, 'job fine', 'exit');
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await detailsOf(machine, 'listening')).toEqual(['1 a']);
  });

  const flood = several({
    runners: ['a run', 'b run'],
    seconds: { lifetime: 3 },
    runner: obedient.replace('while :;', '[[ $n == 1 ]] || exec yes flood\nwhile :;'),
  });
  scenario('and floods its log delays neither the timers nor the others', flood, async (machine) => {
    await untilAllListen(machine, 2);
    await order(machine, 1, 'job quick');
    await machine.untilConsole('1 a: quick');
    expect(await machine.reasonOfPowerOff()).toBe('lifetime of 3 s is over');
  });
});
