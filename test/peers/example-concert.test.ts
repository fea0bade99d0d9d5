import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { lendImages, type Loan } from '../../scripts/rehearse/compose/docker.js';
import { CONCERT, removeRun, runConcert, type ConcertRun } from '../worlds/docker/concert.js';
import { describeWithDocker } from '../worlds/docker/engine.js';

const IMAGE = 'concert';
const NAME = 'concert-before';

describeWithDocker('the example concert', () => {
  let loan: Loan;
  beforeAll(async () => {
    loan = await lendImages([{ image: IMAGE, commands: join(CONCERT, 'stand-in'), changes: [] }]);
  });
  afterAll(() => loan.end());

  describe('before: one chain in the session, and `up --abort-on-container-exit`', () => {
    let folder: string;
    let target: string;
    const compose = (...args: string[]): number | null =>
      spawnSync('docker', ['compose', '--project-name', NAME, ...args], {
        cwd: join(folder, 'scenarios/remote-experiment'),
        env: process.env,
      }).status;

    /** The exit code of the session with the walker's variables, as the workflow reads it. */
    function run(walker: Readonly<Record<string, string>>): number {
      writeFileSync(
        join(folder, 'scenarios/remote-experiment/variables.yml'),
        JSON.stringify({ services: { walker: { environment: walker } } }),
      );
      compose('--file', 'compose.yml', '--file', 'variables.yml', 'up', '--abort-on-container-exit', '--timeout', '1');
      const format = ['--format', '{{.State.ExitCode}}'];
      return Number(
        execFileSync('docker', ['inspect', ...format, 'experiment'], { encoding: 'utf8', env: process.env }),
      );
    }

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'example-concert-before-'));
      target = join(folder, 'mnt');
      cpSync(join(CONCERT, 'before'), folder, { recursive: true });
      const file = join(folder, 'scenarios/remote-experiment/compose.yml');
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replaceAll('- /mnt:', `- ${target}:`).replaceAll("'/mnt:", `'${target}:`),
      );
      writeFileSync(join(folder, 'Dockerfile'), `FROM ${IMAGE}\n`);
    });
    afterEach(() => {
      compose('down', '--volumes', '--timeout', '1');
      rmSync(target, { recursive: true, force: true });
    });
    afterAll(() => {
      const images = ['camera', 'walker', 'experiment'].map((service) => `${NAME}-${service}`);
      execFileSync('docker', ['image', 'rm', ...images], { stdio: 'ignore', env: process.env });
      rmSync(folder, { recursive: true });
    });

    test('a walker that writes nothing is a false pass', () => {
      expect(run({ LOSES: 'all' })).toBe(0);
    });

    test('a walker that is late is a false failure', () => {
      expect(run({ WALKER_DELAY: '60' })).toBe(7);
    });

    test('what others have in /mnt is gone after a green run', () => {
      mkdirSync(join(target, 'of-another-project'), { recursive: true });
      expect(run({})).toBe(0);
      expect(readdirSync(target)).toEqual([]);
    });
  });

  describe('after: run-compose with the inputs of the workflow', () => {
    let run: ConcertRun;
    afterEach(() => removeRun(run));
    const verdict = () => ({
      code: run.code,
      verdict: run.outputs['verdict'],
      phase: run.outputs['phase'],
      left: listLeft(run.outputs['artifacts']!.split('/').at(-1)!),
    });
    const text = (): string => [...run.lines, run.summary].join('\n');

    test('a walker that is late by 20 s is awaited, and the run is green', async () => {
      run = await runConcert('remote-experiment', {
        inputs: { override: 'walker: { environment: { WALKER_DELAY: "20" } }' },
      });
      expect({ ...verdict(), text: text() }).toMatchObject({ code: 0, verdict: 'pass', phase: 'done', left: [] });
      expect(text()).toContain('scan_0000 has its 5 frames.');
    });

    test('a failed assertion is red with its words; the frames are collected, and teardown.py ran', async () => {
      run = await runConcert('remote-experiment', {
        inputs: { override: 'walker: { environment: { LOSES: "000003" } }' },
      });
      expect({ ...verdict(), text: text() }).toMatchObject({ code: 1, verdict: 'fail', phase: 'assert', left: [] });
      expect(text()).toContain('scan_0000 lacks frame_000003.tif; it has 4 of 5 frames.');
      expect(text()).toContain('The frames of this run are removed.');
      expect(existsSync(join(run.workspace, 'scenarios/remote-experiment/data'))).toBe(false);
      const collected = readdirSync(join(run.artifacts, 'collected'), { recursive: true, encoding: 'utf8' });
      expect(collected.filter((path) => path.endsWith('.tif'))).toHaveLength(4);
    });

    test('a missing assert.py is red before anything starts', async () => {
      run = await runConcert('remote-experiment', {
        workspace: (folder) => rmSync(join(folder, 'scenarios/remote-experiment/assert.py')),
      });
      expect({ code: run.code, verdict: run.outputs['verdict'], text: text() }).toMatchObject({
        code: 1,
        verdict: 'error',
      });
      expect(text()).toContain('no assert.py');
      expect(text()).not.toContain('concert: session');
    });

    test('a walker that writes nothing is red', async () => {
      run = await runConcert('remote-experiment', { inputs: { override: 'walker: { environment: { LOSES: all } }' } });
      expect({ ...verdict(), text: text() }).toMatchObject({ code: 1, verdict: 'fail', left: [] });
      expect(text()).toContain('data/scan_*/*.tif');
    });

    test('the chain of 2024 in the session runs as it was', async () => {
      run = await runConcert('remote-experiment', {
        // Its teardown.py has removed the frames when the session ends.
        inputs: { setup: 'mkdir -p data', 'require-files': '', collect: '' },
        workspace: (folder) => {
          const scenario = join(folder, 'scenarios/remote-experiment');
          cpSync(join(CONCERT, 'before/scenarios/remote-experiment'), scenario, { recursive: true });
          const file = join(scenario, 'compose.yml');
          writeFileSync(
            file,
            readFileSync(file, 'utf8').replaceAll('/mnt:', './data:').replaceAll('build: ../..', `image: ${IMAGE}`),
          );
        },
      });
      expect({ ...verdict(), text: text() }).toMatchObject({ code: 0, verdict: 'pass', phase: 'done', left: [] });
    });

    test('the scenarios of today, in a container in the network of the project, are green', async () => {
      run = await runConcert('all-scenarios');
      expect({ ...verdict(), text: text() }).toMatchObject({ code: 0, verdict: 'pass', phase: 'done', left: [] });
      expect(text()).toContain('test_remote_walker: frame 000001 is written');
    });
  });
});

/** What Docker still has of a project. */
function listLeft(project: string): string[] {
  return ['ps --all', 'network ls', 'volume ls'].flatMap((command) =>
    execFileSync(
      'docker',
      [...command.split(' '), '--quiet', '--filter', `label=com.docker.compose.project=${project}`],
      {
        encoding: 'utf8',
        env: process.env,
      },
    )
      .split('\n')
      .filter(Boolean),
  );
}
