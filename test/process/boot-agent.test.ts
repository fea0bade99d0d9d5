import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import {
  bootFolder,
  bootScripts,
  defaultRunner,
  install,
  noJob,
  oneJob,
  scenario,
  shim,
  signal,
} from './boot-machine.js';

const account = execFileSync('getent', ['passwd', String(process.getuid?.())], { encoding: 'utf8' })
  .trim()
  .split(':');
const rootScenario: typeof scenario =
  process.getuid?.() === 0 ? scenario : (name) => test.todo(`${name} (only root can see)`);

/** A runner that runs these commands and exits. */
const running = (...commands: string[]) => ['#!/bin/bash', ...commands, ''].join('\n');

describe('one job', () => {
  scenario('goes through every phase and powers off once when the runner exits', {}, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    await machine.ended;
    const phases = ['agent', 'payload', 'runner-start', 'listening', 'job', 'runner-exit', 'power-off'];
    expect(await machine.phases()).toEqual(phases);
    const text = await machine.read('console');
    expect(text).toMatch(/^ci-actions phase=job uptime=\d+\.\d\d at=\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z build \(amd64\)$/m);
    expect(text).toMatch(/^ci-actions phase=runner-exit uptime=\S+ at=\S+ 0$/m);
    expect(text).toMatch(/^ci-actions runner: 2026-10-20 10:00:00Z: Listening for Jobs$/m);
    expect(await machine.read('power-off')).toBe('off\n');
    expect(await machine.read('stderr')).toBe('');
  });

  const user = account[0] ?? '';
  scenario('runs in the runner home, as the account of passwd', { payload: { runAsUser: user } }, async (machine) => {
    await machine.reasonOfPowerOff();
    const environment = (await machine.read('runner-env')).split('\n');
    expect(environment).toEqual(
      expect.arrayContaining([
        `ACTIONS_RUNNER_INPUT_JITCONFIG=${defaultRunner.jitConfig}`,
        'RUNNER_ALLOW_RUNASROOT=1',
        `HOME=${account[5]}`,
        `USER=${user}`,
        `LOGNAME=${user}`,
      ]),
    );
    expect(await machine.read('runner-cwd')).toBe(`${machine.root}/opt/actions-runner\n`);
  });

  const curious = {
    runner: spy(),
    payload: { preRunnerScript: 'env >"$CI_ACTIONS_ROOT/script-env"\n' },
    environment: {
      PATH: `${shim('env >>"$CI_ACTIONS_ROOT/recorded-env"', 'id', 'getent', 'cut', 'stat', 'base64')}:${process.env['PATH']}`,
    },
  };
  scenario(
    'has its JIT config in no argument list, no readable file and no other program',
    curious,
    async (machine) => {
      await machine.reasonOfPowerOff();
      expect(await machine.read('seen')).toBe('argv: 0\nagent: 0\nfiles: 0\nitself: 1\n');
      for (const file of ['script-env', 'recorded-env']) expect(await machine.read(file)).toContain('CI_ACTIONS_ROOT');
      for (const file of ['script-env', 'recorded-env', 'console', 'stderr']) {
        expect(await machine.read(file)).not.toContain(defaultRunner.jitConfig);
      }
    },
  );

  const listing = { runner: running('{ trap; readlink /proc/$$/fd/*; } >"$CI_ACTIONS_ROOT/seen"') };
  scenario('has default signal handlers and no open file of the agent', listing, async (machine) => {
    await machine.reasonOfPowerOff();
    const seen = (await machine.read('seen')).split('\n');
    expect(seen.filter((line) => line.startsWith('trap'))).toEqual([]);
    const inherited = new Set(openFiles());
    const pipes = new Set(seen.filter((file) => file.startsWith('pipe:') && !inherited.has(file)));
    expect(pipes.size).toBe(1);
  });

  const nobody = { runner: running('{ id -un; id -Gn; echo "$HOME $USER"; } >seen'), payload: { runAsUser: 'nobody' } };
  rootScenario('runs as another user, who owns the runner home', nobody, async (machine) => {
    await machine.reasonOfPowerOff();
    const [, , , group, , home] = execFileSync('getent', ['passwd', 'nobody'], { encoding: 'utf8' }).split(':');
    const groupName = execFileSync('getent', ['group', group ?? ''], { encoding: 'utf8' }).split(':')[0];
    expect(await machine.read('opt/actions-runner/seen')).toBe(`nobody\n${groupName}\n${home} nobody\n`);
  });

  const linked = {
    runner: running('stat -c %U ../outside link >seen'),
    payload: { runAsUser: 'nobody', preRunnerScript: 'touch ../outside; ln -s ../outside link' },
  };
  rootScenario('does not change the target of a link in the runner home', linked, async (machine) => {
    await machine.reasonOfPowerOff();
    expect(await machine.read('opt/actions-runner/seen')).toBe('root\nnobody\n');
  });

  rootScenario('powers off if the user does not exist', { payload: { runAsUser: 'no-such-user' } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('run-as-user no-such-user does not exist');
  });

  const words = { runner: running('printf "\\e[31mred\\r\\nlast words"; exit 3') };
  scenario('copies an unfinished last line, without control characters', words, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    const text = await machine.read('console');
    expect(text).toContain('ci-actions runner: [31mred\nci-actions runner: last words\n');
    expect(text).toMatch(/phase=runner-exit uptime=\S+ at=\S+ 3$/m);
  });

  const orphan = {
    runner: oneJob.replace('exit 0', '(for i in {1..9000}; do echo noise; sleep 0.001; done) &\nexit 0'),
  };
  scenario('does not wait for processes that the job left running', orphan, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(((await machine.read('console')).match(/noise/g) ?? []).length).toBeLessThan(3000);
  });
});

describe('timers', () => {
  scenario('power off if no job comes', { runner: noJob, payload: { idleTimeoutSeconds: 1 } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('no job within 1 s');
    expect(await machine.read('console')).toContain('ci-actions runner: Exiting...');
    expect((await machine.phases()).slice(-2)).toEqual(['runner-exit', 'power-off']);
  });

  const late = {
    runner: running(
      'echo "Listening for Jobs"; until [ -e "$CI_ACTIONS_ROOT/job-comes" ]; do sleep 0.05; done',
      'echo noise; echo "Running job: late"; sleep 3; echo "Job late completed with result: Succeeded"',
    ),
    // Long enough for a busy machine to stop the agent before.
    payload: { idleTimeoutSeconds: 5 },
  };
  scenario('let a job run that comes as the idle timer fires', late, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGSTOP');
    await install(join(machine.root, 'job-comes'), '');
    await sleep(6100); // The idle timeout passes while the agent is stopped.
    signal(machine.pid, 'SIGCONT');
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toContain('Job late completed');
  });

  const dreamer = { runner: noJob.replace('Listening', 'Thinking'), payload: { startupTimeoutSeconds: 1 } };
  scenario('power off if the runner does not listen in time', dreamer, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('startup took longer than 1 s');
  });

  const stubborn = oneJob.replace(/echo [^\n]* completed[^]*$/, 'trap "" INT TERM\nwhile :; do sleep 0.1; done\n');
  scenario(
    'end a job that ignores signals when the lifetime is over',
    { runner: stubborn, payload: { maxLifetimeSeconds: 2 } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('lifetime of 2 s is over');
      expect(await machine.read('console')).toMatch(/phase=runner-exit uptime=\S+ at=\S+ 137$/m);
    },
  );

  scenario(
    'power off if the runner does not exit after its job',
    { runner: oneJob.replace('exit 0', 'sleep 60') },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner did not exit within 4 s after its job');
    },
  );

  const again = { runner: oneJob.replace('exit 0', 'echo "Listening for Jobs"\nsleep 60') };
  scenario('power off if the runner listens again after its job', again, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner listens again after its job');
  });

  const name = 'Running job: Listening for Jobs completed with result: Succeeded';
  const named = { runner: oneJob.replaceAll('build (amd64)', name).replace('exit 0', 'sleep 0.3') };
  scenario('are not confused by a job named like a message of the runner', named, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect((await machine.phases()).filter((phase) => phase === 'job')).toHaveLength(1);
  });
});

describe('the machine powers off even if', () => {
  scenario('the agent is killed', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent died');
  });

  scenario('the agent is stuck', { runner: noJob, payload: { maxLifetimeSeconds: 2 } }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGSTOP');
    expect(await machine.reasonOfPowerOff()).toBe('lifetime is over and the agent is stuck');
  });

  // At its end the job replaces the console by a pipe without a reader, so that every write to it blocks.
  const blocking = oneJob.replace('exit 0', 'rm "$CI_ACTIONS_ROOT/console"; mkfifo "$CI_ACTIONS_ROOT/console"');
  const blocked = { runner: blocking, payload: { maxLifetimeSeconds: 2 } };
  scenario('the console blocks', blocked, async (machine) => {
    await machine.until(async () => (await machine.read('power-off')) !== '');
  });

  scenario('its watchdog is killed, and then the agent', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    const [watchdog = 0] = watchdogs(machine.pid);
    signal(watchdog, 'SIGKILL');
    await machine.until(async () => watchdogs(machine.pid).some((pid) => pid !== watchdog));
    await sleep(100); // until the new watchdog runs
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent died');
  });

  scenario('the agent gets a signal', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGTERM');
    expect(await machine.reasonOfPowerOff()).toBe('stopped by a signal');
    expect(await machine.read('console')).toContain('ci-actions runner: Exiting...');
  });

  for (const path of ['/dev/full', '/nowhere/console']) {
    scenario(`the console is ${path}`, { environment: { CI_ACTIONS_CONSOLE: path } }, async (machine) => {
      await machine.until(async () => (await machine.read('power-off')) !== '');
      expect(await machine.read('runner-cwd')).not.toBe('');
    });
  }

  const cramped = {
    full: ['run/ci-actions', 'var/lib/ci-actions'],
    runner: '#!/bin/bash\necho settings >/dev/full || exit 1\n',
  };
  scenario('the disk is full', cramped, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toContain('No space left on device');
  });

  scenario('the runner cannot be executed', { runner: '#!/no/such/shell\n' }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toMatch(/phase=runner-exit uptime=\S+ at=\S+ 12[67]$/m);
  });

  const twice = 'cd "$CI_ACTIONS_ROOT"; echo try >>tries; [ "$(wc -l <tries)" = 2 ] && echo off >power-off';
  scenario('powering off fails at first', { environment: { CI_ACTIONS_POWER_OFF: twice } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('tries')).toBe('try\ntry\n');
  });
});

describe('the agent, started twice,', () => {
  scenario('leaves the running agent alone', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    const twin = await machine.bootAgain();
    await twin.ended;
    expect(await machine.read('console')).toContain(`the agent is already running as process ${machine.pid}`);
    expect(await machine.read('power-off')).toBe('');
    expect(watchdogs(machine.pid)).toHaveLength(1);
  });

  scenario('does not serve a second time after a restart of the machine', {}, async (machine) => {
    await machine.ended;
    await (
      await machine.bootAgain()
    ).ended;
    const text = await machine.read('console');
    expect(text).toMatch(/phase=power-off \S+ \S+ machine restarted: a runner serves once$/m);
    expect(text.match(/phase=runner-start/g)).toHaveLength(1);
  });
});

test('the baked unit and the transient one have the same properties', () => {
  const unit = readFileSync(join(bootFolder, 'ci-actions-agent.service'), 'utf8');
  const ownOnly = /^(Description|Documentation|Wants|After|Before|Type|ExecStart|WantedBy)=/;
  const baked = unit.split('\n').filter((line) => /^\w+=/.test(line) && !ownOnly.test(line));
  const transient = Array.from(bootScripts().agent.matchAll(/ -p (\w+=\S+)/g), (match) => match[1]);
  expect(new Set(transient)).toEqual(new Set(baked));
});

/** A runner that searches for its JIT config as a job on the same machine could. */
function spy(): string {
  return running(
    'count() { local n=0 file text; for file in "$@"; do',
    '  { text=$(tr "\\0" " " <"$file"); } 2>/dev/null || continue',
    '  [[ $text != *"$ACTIONS_RUNNER_INPUT_JITCONFIG"* ]] || ((++n))',
    'done; echo "$n"; }',
    'mapfile -t files < <(find "$CI_ACTIONS_ROOT" -type f)',
    '{ echo "argv: $(count /proc/[0-9]*/cmdline)"; echo "agent: $(count "/proc/$PPID/environ")"',
    '  echo "files: $(count "${files[@]}")"; echo "itself: $(count /proc/$$/environ)"; } >"$CI_ACTIONS_ROOT/seen"',
  );
}

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => unlessGone(() => readlinkSync(`/proc/self/fd/${fd}`)));
}

function watchdogs(agent: number): number[] {
  const pids = readFileSync(`/proc/${agent}/task/${agent}/children`, 'utf8').match(/\d+/g) ?? [];
  const command = (pid: string) => unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  return pids.filter((pid) => command(pid).includes('agent.sh')).map(Number);
}

/** '' if a process in `/proc` has ended in the meantime. */
function unlessGone(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
