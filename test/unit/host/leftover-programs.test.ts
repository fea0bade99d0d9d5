import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { killPrograms } from '../../../src/host/leftover-programs.js';

describe('A program that a killed step left', () => {
  test('is found by an argument of its own, and killed', async () => {
    const name = `--project-name=ci-${process.pid}`;
    const run = (argument: string) =>
      spawn('bash', ['-c', 'read -r', 'program', argument], { stdio: ['pipe', 'ignore', 'ignore'] });
    const [ours, other] = [run(name), run(`${name}-other`)];
    await Promise.all([once(ours, 'spawn'), once(other, 'spawn')]);
    const ended = once(ours, 'exit');
    expect(killPrograms(name)).toBe(1);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.stdin.end('\n');
    await once(other, 'exit');
    expect(killPrograms(name)).toBe(0);
  });

  test('is found by any of several arguments', async () => {
    const label = `label=com.docker.compose.project=ci-${process.pid}`;
    const watcher = spawn('bash', ['-c', 'read -r', 'events', '--filter', label], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(watcher, 'spawn');
    const ended = once(watcher, 'exit');
    expect(killPrograms(`--project-name=ci-${process.pid}`, label)).toBe(1);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });
});
