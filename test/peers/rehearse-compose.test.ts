import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runStep, type StepResult } from '../../sandbox/step.js';
import { describeWithDocker } from '../worlds/docker/engine.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/rehearse.ts', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../workflows/example-concert', import.meta.url));

let keep: string;
beforeEach(() => {
  keep = mkdtempSync(join(tmpdir(), 'rehearse-compose-'));
});
afterEach(() => rmSync(keep, { recursive: true }));

interface Rehearsal extends StepResult {
  /** Without the seconds at the beginning of each line. */
  readonly text: string;
}

/** `npm run rehearse -- --compose workflows/example-concert`, without the boot of the instance. */
async function rehearse(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Rehearsal> {
  const environment = {
    NODE_OPTIONS: '--import=tsx',
    HOME: process.env['HOME']!,
    DOCKER_HOST: process.env['DOCKER_HOST']!,
    DOCKER_CONFIG: process.env['DOCKER_CONFIG']!,
    ...variables,
  };
  const options = ['--compose', EXAMPLE, '--keep', keep, '--boot-seconds', '0', ...args];
  const result = await runStep({ script: SCRIPT, args: options, inputs: {}, environment });
  return { ...result, text: result.lines.map((line) => line.replace(/^ *\d+\.\d s {2}/, '')).join('\n') };
}

describeWithDocker('npm run rehearse -- --compose', () => {
  const listImages = (): string =>
    execFileSync('docker', ['image', 'ls', '--quiet', 'concert'], { encoding: 'utf8', env: process.env });

  const listContainers = (pattern: RegExp): string[] =>
    execFileSync('docker', ['ps', '--all', '--format', '{{.Names}}'], { encoding: 'utf8', env: process.env })
      .split('\n')
      .filter((name) => pattern.test(name));

  test('a green run shows phases, verdict, artifacts, time and price, and leaves nothing', async () => {
    const { code, text } = await rehearse([]);
    expect({ code, text }).toMatchObject({ code: 0 });
    for (const part of [
      /^Image concert: a stand-in, busybox with concert, make, python3, ucad\.$/m,
      /Launched g4dn\.xlarge \(on-demand\)/,
      /^ {3}Run run-compose\n {5}directory: scenarios\/remote-experiment$/m,
      /Verdict: pass, phase done, exit code 0\./,
      /✓ ready .*\n/,
      /walker .*port 7001/,
      /Artifacts: \d+ files in /,
      /collected\/.*frame_000004\.tif/,
      /Cost: at most \$0\.\d+ .*g4dn\.xlarge/,
      /Nothing is left: 1 instance terminated/,
      /The job succeeded\./,
    ])
      expect(text).toMatch(part);
    expect(text).not.toContain('LEFT BEHIND');
    const [project] = readdirSync(keep);
    expect(project).toMatch(/^ci-[0-9a-f]{8}-remote-experiment$/);
    expect(readFileSync(join(keep, project!, 'summary.md'), 'utf8')).not.toBe('');
    expect(listImages()).toBe('');
  });

  test('--fail PHASE shows a red run with its reason; four rehearsals side by side do not meet', async () => {
    const modes = [
      ['setup', 'error', [/The license server does not answer/]],
      ['ready', 'error', [/walker/, /tango: device not exported/]],
      ['session', 'fail', [/exit code 3/]],
      ['assert', 'fail', [/scan_0000 lacks frame_000003\.tif/, /The frames of this run are removed/]],
    ] as const;
    const played = await Promise.all(
      modes.map(async ([phase, verdict, story]) => ({ phase, verdict, story, ...(await rehearse(['--fail', phase])) })),
    );
    for (const { phase, verdict, story, code, text } of played) {
      expect({ phase, code, text }).toMatchObject({ code: 1 });
      expect(text).toMatch(new RegExp(`Verdict: ${verdict}, phase ${phase}, exit code [1-9]`));
      expect(text).toMatch(/^\[Provoked: .*\]$/m);
      for (const part of story) expect(text).toMatch(part);
      expect(text).toContain('Nothing is left:');
      expect(text).not.toContain('LEFT BEHIND');
    }
    expect(listImages()).toBe('');
  }, 400_000);

  test('the machine is lost in the middle: what its containers would have taken along is removed', async () => {
    const before = listContainers(/-scenarios-/);
    const { code, text } = await rehearse(['--fail', 'job', '--job', 'all-scenarios']);
    expect({ code, text }).toMatchObject({ code: 1 });
    expect(text).toMatch(/\[EC2 takes i-\w+ away in 3 s/);
    expect(text).toMatch(/warning: .*Server\.SpotInstanceTermination/);
    expect(text).toContain('Nothing is left:');
    expect(listImages()).toBe('');
    expect(listContainers(/-scenarios-/)).toEqual(before);
  });

  test('without a Docker engine one sentence says so, and nothing is started', async () => {
    const { code, text } = await rehearse([], { DOCKER_HOST: 'unix:///nowhere/docker.sock' });
    expect({ code, text }).toEqual({
      code: 1,
      text: expect.stringMatching(
        /^`--compose` runs containers, but Docker with Compose cannot be used here: .*nowhere.*Nothing was done\.$/,
      ),
    });
  });
});
