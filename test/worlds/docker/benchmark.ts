import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planCompose } from '../../../scripts/rehearse/compose/plan.js';
import { runStep, type StepResult } from '../../../sandbox/step.js';

export const BENCHMARK = fileURLToPath(new URL('../../../workflows/example-benchmark', import.meta.url));

export interface BenchmarkRun extends StepResult {
  /** What a user reads in the step's log and in its summary. */
  readonly text: string;
  readonly folder: string;
}

/** Runs a job of the example as its workflow has it: the bundle, with the inputs of the workflow and changes of them. */
export async function runBenchmark(job: string, inputs: Readonly<Record<string, string>> = {}): Promise<BenchmarkRun> {
  const folder = mkdtempSync(join(tmpdir(), 'example-benchmark-'));
  const plan = planCompose({ folder: BENCHMARK, job, fail: undefined });
  cpSync(plan.workspace, join(folder, 'workspace'), { recursive: true });
  const step = {
    inputs: { ...plan.inputs, ...inputs },
    environment: {
      DOCKER_HOST: process.env['DOCKER_HOST']!,
      DOCKER_CONFIG: process.env['DOCKER_CONFIG']!,
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: job,
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_WORKSPACE: join(folder, 'workspace'),
      HOME: folder,
      RUNNER_TEMP: folder,
    },
  };
  const main = await runStep({ ...step, script: 'dist/run-compose.js' });
  const post = await runStep({ ...step, script: 'dist/run-compose-post.js', state: main.state });
  if (post.code !== 0) throw new Error(`The post step failed: ${post.lines.join('\n')}`);
  return { ...main, text: [...main.lines, main.summary].join('\n'), folder };
}

/** Removes the copy of the project and the artifacts. */
export function removeRun({ folder }: BenchmarkRun): void {
  rmSync(folder, { recursive: true, force: true });
}
