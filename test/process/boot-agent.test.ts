import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { renderUserData, USER_DATA_LIMIT } from '../../src/core/payload.js';
import { bootFolder, bootScripts, defaults, install, Machine, noJob, oneJob, signal } from './boot-machine.js';
import type { MachineOptions } from './boot-machine.js';

/** One machine, from its boot to its end. They run side by side: most of their time is waiting. */
function scenario(name: string, options: MachineOptions, body: (machine: Machine) => Promise<void>): void {
  test.concurrent(
    name,
    async () => {
      const machine = await Machine.boot(options);
      try {
        await body(machine);
      } finally {
        await machine.dispose();
      }
    },
    30_000,
  );
}

const rootScenario: typeof scenario = process.getuid?.() === 0 ? scenario : (name) => test.skip(name, () => {});

describe('one job', () => {
  scenario('goes through every phase and powers off once when the runner exits', {}, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    await machine.ended;
    const console = await machine.read('console');
    expect(await machine.phases()).toEqual(
      ['agent', 'payload', 'runner-start', 'listening', 'job', 'runner-exit', 'power-off'],
    );
    expect(console).toMatch(/^ci-actions phase=job uptime=\d+\.\d\d at=\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z build \(amd64\)$/m);
    expect(console).toMatch(/^ci-actions runner: 2026-10-20 10:00:00Z: Listening for Jobs$/m);
    expect(await machine.read('power-off')).toBe('off\n');
    expect(await machine.read('stderr')).toBe('');
  });

  scenario('runs in the runner home with the JIT config and the account in its environment', { payload: { runAsUser: execFileSync('id', ['-un'], { encoding: 'utf8' }).trim() } }, async (machine) => {
    await machine.reasonOfPowerOff();
    const environment = (await machine.read('runner-env')).split('\n');
    const [user, , , , , home] = execFileSync('getent', ['passwd', String(process.getuid?.())], { encoding: 'utf8' }).split(':');
    expect(environment).toEqual(
      expect.arrayContaining([
        `ACTIONS_RUNNER_INPUT_JITCONFIG=${defaults.jitConfig}`,
        'RUNNER_ALLOW_RUNASROOT=1',
        `HOME=${home}`,
        `USER=${user}`,
        `LOGNAME=${user}`,
      ]),
    );
    expect(await machine.read('runner-cwd')).toBe(`${machine.root}/opt/actions-runner\n`);
  });

  scenario("keeps the JIT config out of argv, of readable files, and of every environment but the runner's", { runner: spy, payload: { preRunnerScript: 'env >"$CI_ACTIONS_ROOT/script-env"\n' } }, async (machine) => {
    await machine.reasonOfPowerOff();
    expect(await machine.read('seen')).toBe('argv: 0\nagent: 0\nfiles: 0\n');
    expect(await machine.read('script-env')).toContain('CI_ACTIONS_ROOT');
    for (const file of ['script-env', 'console', 'stderr']) expect(await machine.read(file)).not.toContain(defaults.jitConfig);
  });

  PRE{    const runner = `#!/bin/bash\n{ trap; ls -l /proc/self/fd; } >"$CI_ACTIONS_ROOT/seen"\n`;
}PRE
  scenario('gives the job ordinary signals and no file of the agent', { runner }, async (machine) => {
    await machine.reasonOfPowerOff();
    const seen = await machine.read('seen');
    expect(seen).not.toContain('trap --');
    expect(seen.match(/ -> pipe:/g)).toHaveLength(1);
  });

  PRE{    const runner = '#!/bin/bash\n{ id -un; id -Gn; echo "$HOME $USER"; } >seen\n';
}PRE
  rootScenario('runs as another user, who owns the runner home', { runner, payload: { runAsUser: 'nobody' } }, async (machine) => {
    await machine.reasonOfPowerOff();
    expect(await machine.read('opt/actions-runner/seen')).toBe('nobody\nnogroup\n/nonexistent nobody\n');
  });

  rootScenario('powers off when there is no such user', { payload: { runAsUser: 'no-such-user' } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('run-as-user no-such-user does not exist');
  });

  scenario("copies what the runner's last line lacks, and no control characters", { runner: '#!/bin/bash\nprintf "\\e[31mred\\r\\nlast words"; exit 3\n' }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    const console = await machine.read('console');
    expect(console).toContain('ci-actions runner: [31mred\nci-actions runner: last words\n');
    expect(console).toMatch(/phase=runner-exit uptime=\S+ at=\S+ 3$/m);
  });

  PRE{    const runner = oneJob.replace('exit 0', '(trap "" TERM; while :; do echo noise; sleep 0.01; done) &\nexit 0');
}PRE
  scenario('does not wait for what the job left running', { runner }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });
});

describe('a stock image', () => {
  scenario('is given the agent by its user data, and the runner by the agent', { boot: 'user-data', runner: null, download: runnerArchive(`linux-${architecture}`) }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.phases()).toEqual(
      ['agent', 'payload', 'runner-install', 'runner-start', 'listening', 'job', 'runner-exit', 'power-off'],
    );
    expect(statSync(join(machine.root, 'opt/ci-actions/agent.sh')).mode & 0o777).toBe(0o755);
  });

  PRE{    const download = { ...runnerArchive(`linux-${architecture}`), sha256: '0'.repeat(64) };
}PRE
  scenario('unpacks nothing whose checksum is wrong', { runner: null, download }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner install failed with 1');
    expect(await machine.read('console')).toMatch(/^ci-actions runner-install: checksum of http\S+ is not 0{64}$/m);
    expect(execFileSync('ls', ['-A', join(machine.root, 'opt/actions-runner')], { encoding: 'utf8' })).toBe('');
  });

  scenario('refuses a runner for another architecture before downloading it', { runner: null, download: runnerArchive('linux-s390') }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner install failed with 1');
    expect(await machine.read('console')).toContain(`linux-s390 is not for this machine, which is linux-${architecture}`);
  });

  scenario('powers off when there is neither a runner nor a place to get it', { runner: null }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe(
      `no runner in ${machine.root}/opt/actions-runner, and no runner-url`,
    );
  });

  PRE{    const preRunnerScript = 'stat -c %a "$0"; pwd; echo KEY=value >>.env\n';
}PRE
  scenario('fits the user data, and its scripts hold no end of their own embedding', () => {
    const jitConfig = Buffer.alloc(3000, 1).map(() => Math.random() * 256).toString('base64');
    const bytes = renderUserData({ ...defaults, jitConfig }, bootScripts());
    expect(bytes.length).toBeLessThan(USER_DATA_LIMIT - 4096);
    expect(Object.values(bootScripts()).join('')).not.toContain('END_OF_CI_ACTIONS_FILE');
  });
});

describe('a pre-runner script', () => {
  test('runs before the runner, in its home, from a file that only its user may read', { payload: { preRunnerScript } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect((await machine.phases()).slice(1, 4)).toEqual(['payload', 'pre-runner-script', 'runner-start']);
    expect(await machine.read('console')).toContain(
      `ci-actions pre-runner-script: 700\nci-actions pre-runner-script: ${machine.root}/opt/actions-runner\n`,
    );
  });

  scenario('that fails ends the machine with its status', { payload: { preRunnerScript: 'false\necho not reached\n' } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('pre-runner script failed with 1');
    expect(await machine.read('console')).not.toContain('not reached');
  });

  PRE{    const preRunnerScript = 'exec >/dev/null 2>&1\ntrap "" INT TERM\nwhile :; do sleep 0.1; done\n';
}PRE
  scenario('that hangs ends with the startup timeout, even with its output gone', { payload: { startupTimeoutSeconds: 1, preRunnerScript } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('startup took longer than 1 s');
    expect(await machine.phases()).not.toContain('runner-start');
  });

  scenario('may leave a daemon behind without holding up the runner', { payload: { preRunnerScript: 'sleep 30 &\n' } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });
});

describe('the payload is unreadable', () => {
  const lines = (text: string) => gzipSync(`#!/bin/bash\n${text}\n`);
  const good = 'runner-name r\nlabel l\njit-config QUJD\nrunner-home-dir /opt/actions-runner\nrun-as-user root\n' +
    'startup-timeout-seconds 9\nidle-timeout-seconds 9\nmax-lifetime-seconds 9';
  const format1 = `format 1\n${good}`.replace(/^/gm, '#:');
  const cases: [string, Uint8Array | string | null, RegExp][] = [
    ['no user data', null, /^curl: \(22\) .*404/],
    ['empty user data', '', /^no #! in its first line$/],
    ['garbage', 'lorem\0ipsum', /^no #! in its first line$/],
    ['half a gzip', lines(format1).subarray(0, 60), /^broken gzip$/],
    ['no payload lines', lines('echo hello'), /^no (format|runner-name|label|jit-config|runner-home-dir|run-as-user|\S+-seconds)$/],
    ['format 2', lines('#:format 2'), /^format is not what this agent reads \(format 1\)$/],
    ['a line without a value', lines('#:format 1\n#:label'), /^not '#:key value': line 3$/],
    ['an unknown key', lines(`${format1}\n#:speed 9`), /^unknown key speed$/],
    ['a key twice', lines(`${format1}\n#:label l`), /^label twice$/],
    ['a lifetime of 0', lines(format1.replace('max-lifetime-seconds 9', 'max-lifetime-seconds 0')), /^max-lifetime-seconds is not/],
    ['a home that climbs', lines(format1.replace('/opt/', '/opt/../')), /^runner-home-dir is not/],
    ['a runner-url without checksum', lines(`${format1}\n#:runner-url http://h/f`), /^runner-url without runner-sha256$/],
  ];
  test.each(cases)('%s', async (_name, userData, why) => {
    const machine = await boot({ userData });
    const reason = await machine.reasonOfPowerOff();
    expect(reason).toMatch(/^payload unreadable: /);
    expect(reason.replace('payload unreadable: ', '')).toMatch(why);
    expect(await machine.phases()).toEqual(['agent', 'power-off']);
    expect(await machine.read('stderr')).toBe('');
  });

  scenario('is read as plain text, too, and only down to its first other line', { userData: `#!/bin/bash\n${format1}\nset -e\n#:format 2\n` }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });

  scenario('waits for a metadata service that comes late, but not for ever', { environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toMatch(/^payload unreadable: curl: \(7\) /);
  });
});

describe('time', () => {
  scenario('without a job: the runner is asked to end, then the power goes off', { runner: noJob, payload: { idleTimeoutSeconds: 1 } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('no job within 1 s');
    expect(await machine.read('console')).toContain('ci-actions runner: Exiting...');
    expect((await machine.phases()).slice(-2)).toEqual(['runner-exit', 'power-off']);
  });

  PRE{    const runner = `#!/bin/bash
echo "Listening for Jobs"
until [ -e "$CI_ACTIONS_ROOT/job-comes" ]; do sleep 0.05; done
echo noise; echo "Running job: late"; touch "$CI_ACTIONS_ROOT/job-came"
sleep 0.5; echo "Job late completed with result: Succeeded"
`;
}PRE
  scenario('a job that comes as the idle timer fires is run', { runner, payload: { idleTimeoutSeconds: 1 } }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGSTOP');
    await install(join(machine.root, 'job-comes'), '');
    await sleep(2100); // the idle timeout passes while the agent doesn't look
    signal(machine.pid, 'SIGCONT');
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toContain('Job late completed');
  });

  scenario('a runner that does not come to listen', { runner: noJob.replace('Listening', 'Thinking'), payload: { startupTimeoutSeconds: 1 } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('startup took longer than 1 s');
  });

  PRE{    const runner = oneJob.replace(/echo [^\n]* completed[^]*$/, 'trap "" INT TERM\nwhile :; do sleep 0.1; done\n');
}PRE
  scenario('the lifetime ends a job, and a runner that ignores every request', { runner, payload: { maxLifetimeSeconds: 2 } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('lifetime of 2 s is over');
    expect(await machine.read('console')).toMatch(/phase=runner-exit uptime=\S+ at=\S+ 137$/m);
  });

  scenario('a runner that stays after its job has lost its place', { runner: oneJob.replace('exit 0', 'sleep 60') }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner did not exit within 4 s after its job');
  });

  scenario('a runner that listens again after its job has lost its place', { runner: oneJob.replace('exit 0', 'echo "Listening for Jobs"\nsleep 60') }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner listens again after its job');
  });

  PRE{    const runner = oneJob.replaceAll('build (amd64)', 'Listening for Jobs').replace('exit 0', 'sleep 0.3');
}PRE
  scenario('a job may be called like anything the runner says', { runner }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });
});

describe('whatever fails', () => {
  scenario('the power goes off when the agent is killed', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent died');
  });

  scenario('the power goes off when the agent is stuck beyond its lifetime', { runner: noJob, payload: { maxLifetimeSeconds: 1 } }, async (machine) => {
    await machine.untilConsole('phase=payload');
    signal(machine.pid, 'SIGSTOP');
    expect(await machine.reasonOfPowerOff()).toBe('lifetime is over and the agent is stuck');
  });

  scenario('a watchdog that was killed is replaced', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    const watchdogs = () => children(machine.pid).filter((pid) => commandOf(pid).includes('agent.sh'));
    for (const pid of watchdogs()) signal(pid, 'SIGKILL');
    await machine.until(async () => watchdogs().length > 0);
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent died');
  });

  scenario('the agent is told to stop', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    signal(machine.pid, 'SIGTERM');
    expect(await machine.reasonOfPowerOff()).toBe('stopped by a signal');
    expect(await machine.read('console')).toContain('ci-actions runner: Exiting...');
  });

  test.each(['/dev/full', '/nowhere/console'])('a console that cannot be written: %s', async (path) => {
    const machine = await boot({ environment: { CI_ACTIONS_CONSOLE: path } });
    await machine.until(async () => (await machine.read('power-off')) !== '');
    expect(await machine.read('runner-cwd')).not.toBe('');
  });

  scenario('a runner that cannot be executed', { runner: '#!/no/such/shell\n' }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toMatch(/phase=runner-exit uptime=\S+ at=\S+ 12[67]$/m);
  });

  PRE{    const once = 'echo try >>"$CI_ACTIONS_ROOT/tries"; [ "$(wc -l <"$CI_ACTIONS_ROOT/tries")" = 2 ] && echo off >"$CI_ACTIONS_ROOT/power-off"';
}PRE
  scenario('a power-off that fails is tried again', { environment: { CI_ACTIONS_POWER_OFF: once } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('tries')).toBe('try\ntry\n');
  });
});

describe('started twice', () => {
  scenario('the second leaves the first alone', { runner: noJob }, async (machine) => {
    await machine.untilConsole('phase=listening');
    const twin = await machine.bootAgain();
    await twin.ended;
    expect(await machine.read('console')).toContain(`the agent is already running as process ${machine.pid}`);
    expect(await machine.read('power-off')).toBe('');
    expect(commandOf(machine.pid)).toContain('agent.sh');
  });

  scenario('a restarted machine serves no second time', {}, async (machine) => {
    await machine.ended;
    await (await machine.bootAgain()).ended;
    expect(await machine.read('console')).toMatch(/phase=power-off \S+ \S+ machine restarted: a runner serves once$/m);
    expect((await machine.phases()).filter((phase) => phase === 'runner-start')).toHaveLength(1);
  });
});

test('the baked unit and the transient one have the same properties', () => {
  const baked = readFileSync(join(bootFolder, 'ci-actions-agent.service'), 'utf8');
  const transient = Array.from(bootScripts().agent.matchAll(/ -p (\S+=\S+)/g), (match) => match[1]);
  const service = baked.split('[Service]')[1]?.split('[Install]')[0] ?? '';
  const properties = `${baked.split('[Service]')[0]}${service}`.match(/^\w+Action=.*|^(?!Exec|Type|Standard|Description|Documentation|After|Before|Wants)\w+=.*/gm);
  expect(transient.toSorted()).toEqual(properties?.toSorted());
});

/** Looks for the JIT config as a job on the same machine could. */
const spy = `#!/bin/bash
count() { local n=0 file; for file in "$@"; do
  { text=$(tr '\\0' ' ' <"$file"); } 2>/dev/null || continue
  [[ $text != *"$ACTIONS_RUNNER_INPUT_JITCONFIG"* ]] || ((++n))
done; echo "$n"; }
{
  echo "argv: $(count /proc/[0-9]*/cmdline)"
  echo "agent: $(count "/proc/$PPID/environ")"
  mapfile -t files < <(find "$CI_ACTIONS_ROOT" -type f)
  echo "files: $(count "\${files[@]}")"
} >"$CI_ACTIONS_ROOT/seen"
`;

const architecture = process.arch === 'arm64' ? 'arm64' : process.arch;

function runnerArchive(platform: string): { file: string; bytes: Buffer; sha256: string } {
  const folder = mkdtempSync(join(tmpdir(), 'runner-archive-'));
  writeFileSync(join(folder, 'run.sh'), oneJob, { mode: 0o755 });
  execFileSync('mkdir', [join(folder, 'bin')]);
  writeFileSync(join(folder, 'bin/installdependencies.sh'), '#!/bin/bash\n', { mode: 0o755 });
  const bytes = execFileSync('tar', ['-czC', folder, './run.sh', './bin']);
  execFileSync('rm', ['-r', folder]);
  return { file: `actions-runner-${platform}-2.999.0.tar.gz`, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function children(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}
