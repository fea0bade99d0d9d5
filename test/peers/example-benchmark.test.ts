/** The example of a benchmark on a real Docker engine: overrides, datasets, GPUs and the webhook. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { lendImages, type Loan } from '../../scripts/rehearse/compose/docker.js';
import { planCompose } from '../../scripts/rehearse/compose/plan.js';
import { BENCHMARK, removeRun, runBenchmark, type BenchmarkRun } from '../worlds/docker/benchmark.js';
import { describeWithDocker } from '../worlds/docker/engine.js';

const LONG_MS = 300_000;

describeWithDocker('the example benchmark', () => {
  let loan: Loan;
  let run: BenchmarkRun;
  beforeAll(async () => {
    loan = await lendImages(planCompose({ folder: BENCHMARK, job: 'two-services', fail: undefined }).standIns);
  }, LONG_MS);
  afterAll(() => loan.end(), LONG_MS);
  afterEach(() => removeRun(run));

  const play = async (job: string, inputs: Readonly<Record<string, string>> = {}): Promise<void> => {
    run = await runBenchmark(job, inputs);
  };
  /** With the log if the phase is another one. */
  const expectEnd = (verdict: string, phase: string): void => {
    const { verdict: seen, phase: where } = run.outputs;
    const log = where === phase ? [] : run.text.split('\n');
    expect({ code: run.code, verdict: seen, phase: where, left: listLeft(run), log }).toEqual({
      code: verdict === 'pass' ? 0 : 1,
      verdict,
      phase,
      left: [],
      log: [],
    });
  };
  const readLog = (name: string): string =>
    readFileSync(join(run.outputs['artifacts']!, 'services', `${name}.log`), 'utf8');
  const result = (): unknown => JSON.parse(run.outputs['result']!);

  test(
    'the payload with two overrides measures these two, and the result comes by the webhook',
    async () => {
      await play('two-services');
      expectEnd('pass', 'done');
      expect(result()).toMatchObject({
        target: 'namespace-mapper=some-tag forwarder=other-tag',
        evaluations: { passed: true },
      });
      expect(JSON.parse(readFileSync(join(run.outputs['artifacts']!, 'result.json'), 'utf8'))).toEqual(result());
      expect(readLog('media-server-1')).toContain('media-server 1.0.0: listens on 8080');
      const limit = readFileSync(join(run.outputs['artifacts']!, 'override.json'), 'utf8');
      expect(JSON.parse(limit)).toHaveProperty('services.forwarder.cpus', '1.5');
    },
    LONG_MS,
  );

  test(
    'the payload with a dataset reads it from the media server',
    async () => {
      await play('video');
      expectEnd('pass', 'done');
      expect(run.text).toMatch(/vod2\/street-30fps\.flv has 48 bytes/);
    },
    LONG_MS,
  );

  test(
    'a slow forwarder is red with the metric, although the session exits with 0',
    async () => {
      await play('two-services', { override: 'forwarder: { environment: { FORWARDER_DELAY: "4" } }' });
      expectEnd('fail', 'session');
      expect(run.text).toMatch(/latency_avg is [4-9].*, with the threshold lambda x: x < \(3 \* 1\.1\)/);
      expect(result()).toMatchObject({ evaluations: { passed: false } });
    },
    LONG_MS,
  );

  test(
    'a session that posts no result is red',
    async () => {
      await play('two-services', { override: 'benchmark: { command: ["true"] }' });
      expectEnd('fail', 'session');
      expect(run.text).toContain('The session ended and posted no result to RESULT_WEBHOOK.');
      expect(run.outputs['result'] ?? '').toBe('');
    },
    LONG_MS,
  );

  test(
    'a result reaches the host out of an internal network',
    async () => {
      const override = {
        services: Object.fromEntries(
          ['media-server', 'namespace-mapper', 'forwarder', 'benchmark'].map((name) => [
            name,
            { networks: ['closed'] },
          ]),
        ),
        networks: { closed: { internal: true } },
      };
      await play('two-services', { override: JSON.stringify(override) });
      expectEnd('pass', 'done');
    },
    LONG_MS,
  );

  test.each<[string, string, Readonly<Record<string, string>>, string]>([
    [
      'a service that asks for GPUs',
      'on-gpu',
      {},
      'The service `forwarder` asks for GPUs, and Docker on this machine has none',
    ],
    ['the input gpu', 'two-services', { gpu: 'all' }, 'The input `gpu: all` asks for GPUs'],
    ['a misspelled service', 'two-services', { override: 'fowarder: { cpus: 2 }' }, 'did you mean `forwarder`?'],
    ['a misspelled key of Compose', 'two-services', { override: 'forwarder: { cpu: 2 }' }, 'cpu'],
    [
      'a dataset outside',
      'video',
      { override: '', datasets: '../compose.yml' },
      'allowed: names below `datasets-path`',
    ],
  ])(
    '%s is red before anything starts',
    async (_, job, inputs, message) => {
      await play(job, inputs);
      expectEnd('error', 'check');
      expect(run.text).toContain(message);
      expect(run.text).not.toContain('listens on 8080');
    },
    LONG_MS,
  );
});

/** What Docker still has of the project of a run. */
function listLeft({ outputs }: BenchmarkRun): string[] {
  const project = outputs['artifacts']!.split('/').at(-1)!;
  return ['ps --all', 'network ls', 'volume ls'].flatMap((command) => {
    const args = [...command.split(' '), '--quiet', '--filter', `label=com.docker.compose.project=${project}`];
    return execFileSync('docker', args, { encoding: 'utf8', env: process.env }).split('\n').filter(Boolean);
  });
}
