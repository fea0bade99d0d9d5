import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from '@jest/globals';
import { noJob, oneJob, scenario, signal, type Machine } from './boot-machine.js';

/** The process ids of the agent and its children: the watchdog and the runner. */
function findAgents({ pid }: Machine): number[] {
  return [pid, ...(read(`/proc/${pid}/task/${pid}/children`).match(/\d+/g) ?? []).map(Number)];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process has ended in the meantime.
  }
}

describe('a job as root cannot keep the machine on', () => {
  scenario('by killing the agent and its watchdog', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    // Stopped first, so that none of them notices the end of another one.
    for (const name of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of findAgents(machine)) signal(pid, name);
    expect(await machine.reasonOfPowerOff()).toBe('agent and watchdog have died or are stuck');
  });

  const short = { runner: noJob, payload: { maxLifetimeSeconds: 3 } };
  scenario('by stopping both for longer than the lifetime', short, async (machine) => {
    await machine.untilConsole('phase=listening');
    for (const pid of findAgents(machine)) signal(pid, 'SIGSTOP');
    expect(await machine.reasonOfPowerOff()).toBe('agent and watchdog have died or are stuck');
  });

  scenario('by killing their process group', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(-machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent and watchdog have died or are stuck');
  });

  scenario('and the last resort ends with the agent', { runner: oneJob }, async (machine) => {
    await machine.ended;
    expect(await machine.read('power-off')).toBe('off\n');
    const isOurs = (pid: string) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).includes(machine.root);
    await machine.until(async () => !readdirSync('/proc').some(isOurs));
  });
});

describe('a process that a step leaves running', () => {
  // Prints once the runner runs, so after the end of its step on any machine.
  const talker = `(until [ -e "$CI_ACTIONS_ROOT/runs" ]; do sleep 0.05; done; for i in {1..4000}; do echo "line $i of a log that nobody has asked for"; done; echo "$i" >"$CI_ACTIONS_ROOT/talked") &\n`;
  const waiting = noJob.replace(
    'while',
    ': >"$CI_ACTIONS_ROOT/runs"; until [ -e "$CI_ACTIONS_ROOT/talked" ]; do sleep 0.05; done; exit\nwhile',
  );
  scenario(
    'is neither blocked by its output nor waited for',
    { payload: { preRunnerScript: talker }, runner: waiting },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      expect(await machine.read('talked')).toBe('4000\n');
      expect(await machine.read('console')).not.toContain('line 4000');
    },
  );
});

describe('a bash older than 5', () => {
  const folder = mkdtempSync(join(tmpdir(), 'old-bash-'));
  const start = join(folder, 'start');
  writeFileSync(start, 'unset EPOCHREALTIME\n');
  const old = { environment: { BASH_ENV: start } };
  for (const boot of ['agent', 'user-data'] as const) {
    scenario(`powers off and reports why (${boot})`, { ...old, boot }, async (machine) => {
      expect(await machine.reasonOfPowerOff()).toMatch(/^bash 5\S+ is too old: the boot agent needs bash 5$/);
      await machine.ended;
      expect(await machine.phases()).toEqual(['power-off']);
      expect(await machine.read('power-off')).toBe('off\n');
    });
  }

  afterAll(() => rmSync(folder, { recursive: true }));
});
