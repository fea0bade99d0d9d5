import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { scenario, signal, type Machine } from './boot-machine.js';
import { detailsOf, obedient, order, several, untilAllListen } from './boot-several.js';

const runners = ['build job', 'test job', 'more run'] as const;
const exits = async (machine: Machine) => (await detailsOf(machine, 'runner-exit')).toSorted();

describe('the timers of several runners', () => {
  scenario('end the machine if no job comes', several({ runners, seconds: { idle: 1 } }), async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('no job within 1 s');
    expect(await exits(machine)).toEqual(['1 build: 0', '2 test: 0', '3 more: 0']);
    expect((await machine.phases()).slice(-4)).toEqual(['runner-exit', 'runner-exit', 'runner-exit', 'power-off']);
    await machine.ended;
    expect(await machine.read('stderr')).toBe('');
  });

  const late = several({ runners, seconds: { idle: 4 } });
  scenario('let a job run that comes as the idle timer fires', late, async (machine) => {
    await untilAllListen(machine, 3);
    signal(machine.pid, 'SIGSTOP');
    await order(machine, 2, 'job late 6', 'exit');
    await machine.until(async () => (await machine.read('ordered-2')) !== '');
    await sleep(5100); // The idle timeout passes while the agent is stopped.
    signal(machine.pid, 'SIGCONT');
    expect(await machine.reasonOfPowerOff()).toBe('no job within 4 s');
    expect(await machine.read('console')).toContain('Job late completed');
    expect(await exits(machine)).toEqual(['1 build: 0', '2 test: 0', '3 more: 0']);
  });

  const used = several({ runners, seconds: { idle: 4 } });
  scenario('do not count while a runner has a job', used, async (machine) => {
    await untilAllListen(machine, 3);
    await order(machine, 1, 'job long 7', 'exit');
    expect(await machine.reasonOfPowerOff()).toBe('no job within 4 s');
    expect(await machine.read('console')).toContain('Job long completed');
  });

  const mute = several({ runners, seconds: { startup: 12 }, programs: { 'mute-2': '' } });
  scenario('end the machine if one runner does not listen in time, and name it', mute, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('startup took longer than 12 s: runner 2 (test) does not listen');
    expect(await exits(machine)).toEqual(['1 build: 0', '2 test: 0', '3 more: 0']);
  });

  const hanging = `#:pre-runner-script ${Buffer.from('sleep 60').toString('base64')}`;
  const slow = several({ runners, seconds: { startup: 1 }, lines: [hanging] });
  scenario('name no runner if none was started', slow, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('startup took longer than 1 s');
    expect(await machine.phases()).not.toContain('runner-start');
  });

  const stubborn = several({ runners, seconds: { lifetime: 12 } });
  scenario('end jobs that ignore signals, at the same time, when the lifetime is over', stubborn, async (machine) => {
    await untilAllListen(machine, 3);
    for (const number of [1, 2, 3]) await order(machine, number, 'trap "" INT TERM', 'job "$n" 60');
    expect(await machine.reasonOfPowerOff()).toBe('lifetime of 12 s is over');
    expect(await exits(machine)).toEqual(['1 build: 137', '2 test: 137', '3 more: 137']);
    // One after the other, they would have had two graces of a second each.
    const [first = 0, off = 0] = ['runner-exit', 'power-off'].map((name) => uptimes(machine, name)[0]);
    expect(off - first).toBeLessThan(2);
  });
});

describe('a runner that hangs is ended, and the others go on', () => {
  const cases = [
    ['because it does not exit after its job', 'sleep 60', 'runner did not exit within 4 s after its job'],
    ['because it listens again', 'echo "Listening for Jobs"; sleep 60', 'runner listens again after its job'],
  ] as const;
  for (const [why, command, reason] of cases) {
    scenario(why, several({ runners }), async (machine) => {
      await untilAllListen(machine, 3);
      await order(machine, 2, 'job long 60');
      await order(machine, 3, 'job many');
      await order(machine, 1, 'job short', command);
      await machine.untilConsole(`ci-actions runner 1 (build): ${reason}\n`);
      await machine.until(async () => (await exits(machine)).length === 1);
      expect(await exits(machine)).toEqual([expect.stringMatching(/^1 build: \d+$/)]);
      await order(machine, 3, 'job again');
      await machine.untilConsole('3 more: again');
      expect(await machine.read('power-off')).toBe('');
    });
  }

  const last = several({ runners: ['a job', 'b job'] });
  scenario('unless it is the last one', last, async (machine) => {
    await untilAllListen(machine, 2);
    await order(machine, 1, 'job first', 'exit');
    await order(machine, 2, 'job last', 'sleep 60');
    expect(await machine.reasonOfPowerOff()).toBe('runner did not exit within 4 s after its job');
    await machine.ended;
    expect(await machine.read('stderr')).toBe('');
  });

  scenario('and so they do if it crashes before its job', several({ runners }), async (machine) => {
    await untilAllListen(machine, 3);
    await order(machine, 1, 'exit 5');
    await machine.until(async () => (await exits(machine)).length === 1);
    await order(machine, 2, 'job fine', 'exit');
    await order(machine, 3, 'job also');
    await machine.untilConsole('3 more: also');
    expect(await detailsOf(machine, 'runner-start')).toHaveLength(3);
  });

  const early = obedient.replace('[[ -e mute', '[[ $n != 1 ]] || exit 5\n[[ -e mute');
  const weak = several({ runners, runner: early, seconds: { startup: 12 } });
  scenario('or before it listens', weak, async (machine) => {
    await untilAllListen(machine, 2);
    await order(machine, 2, 'job long 13', 'exit');
    await machine.untilConsole('Job long completed');
    expect(await machine.read('power-off')).toBe('');
  });
});

describe('a machine with several runners powers off even if', () => {
  const idling = several({ runners });
  scenario('the agent is killed', idling, async (machine) => {
    await untilAllListen(machine, 3);
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent died');
  });

  scenario('the agent is stuck', several({ runners, seconds: { lifetime: 10 } }), async (machine) => {
    await untilAllListen(machine, 3);
    signal(machine.pid, 'SIGSTOP');
    expect(await machine.reasonOfPowerOff()).toBe('lifetime is over and the agent is stuck');
  });

  scenario('its watchdog is killed, and then the agent', idling, async (machine) => {
    await untilAllListen(machine, 3);
    const [watchdog = 0] = watchdogs(machine.pid);
    signal(watchdog, 'SIGKILL');
    await machine.until(async () => watchdogs(machine.pid).some((pid) => pid !== watchdog));
    await sleep(100); // until the new watchdog runs; on a busy machine the last resort may be first
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toMatch(/^agent (died|and watchdog have died)/);
  });

  scenario('the agent gets a signal', idling, async (machine) => {
    await untilAllListen(machine, 3);
    signal(machine.pid, 'SIGTERM');
    expect(await machine.reasonOfPowerOff()).toBe('stopped by a signal');
    expect((await machine.read('console')).match(/runner \d \(\w+\): Exiting/g)).toHaveLength(3);
  });

  scenario('the console blocks', several({ runners, seconds: { lifetime: 10 } }), async (machine) => {
    await untilAllListen(machine, 3);
    await order(machine, 1, 'rm console; mkfifo console', 'job one', 'exit');
    await machine.until(async () => (await machine.read('power-off')) !== '');
  });

  const two = several({ runners: ['a job', 'b job'] });
  scenario('it is restarted, and then serves nobody', two, async (machine) => {
    await untilAllListen(machine, 2);
    for (const number of [1, 2]) await order(machine, number, 'job one', 'exit');
    await machine.ended;
    await (
      await machine.bootAgain(two)
    ).ended;
    const text = await machine.read('console');
    expect(text).toMatch(/phase=power-off \S+ \S+ machine restarted: a runner serves once$/m);
    expect(text.match(/phase=runner-start/g)).toHaveLength(2);
  });

  scenario('a job as root kills the agent and its watchdog', idling, async (machine) => {
    await untilAllListen(machine, 3);
    const pids = [machine.pid, ...watchdogs(machine.pid)];
    for (const name of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of pids) signal(pid, name);
    expect(await machine.reasonOfPowerOff()).toBe('agent and watchdog have died or are stuck');
  });
});

/** When the agent printed a phase, in seconds of uptime. */
function uptimes(machine: Machine, phase: string): number[] {
  const text = readFileSync(join(machine.root, 'console'), 'utf8');
  return Array.from(text.matchAll(new RegExp(`phase=${phase} uptime=(\\S+)`, 'g')), (match) => Number(match[1]));
}

function watchdogs(agent: number): number[] {
  const list = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', `${agent}`], { encoding: 'utf8' });
  return list.split('\n').flatMap((line) => (/agent\.sh/.test(line) ? [Number(line.trim().split(' ')[0])] : []));
}
