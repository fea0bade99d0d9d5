import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planCompose } from '../../../scripts/rehearse/compose/plan.js';
import { runStep, type StepResult } from '../../../sandbox/step.js';

export const CONCERT = fileURLToPath(new URL('../../../workflows/example-concert', import.meta.url));

export interface ConcertRun extends StepResult {
  /** The copy of the project, as the step left it. */
  readonly workspace: string;
  readonly artifacts: string;
}

/** Runs a job of the example as its workflow has it: the bundle, with the inputs of the workflow. */
export async function runConcert(
  job: string,
  change: { readonly inputs?: Readonly<Record<string, string>>; readonly workspace?: (folder: string) => void } = {},
): Promise<ConcertRun> {
  const folder = mkdtempSync(join(tmpdir(), 'example-concert-'));
  const workspace = join(folder, 'workspace');
  const plan = planCompose({ folder: CONCERT, job, fail: undefined });
  cpSync(plan.workspace, workspace, { recursive: true });
  change.workspace?.(workspace);
  const { gpu: _, ...inputs } = plan.inputs;
  const step = {
    inputs: { ...inputs, ...change.inputs },
    environment: {
      DOCKER_HOST: process.env['DOCKER_HOST']!,
      DOCKER_CONFIG: process.env['DOCKER_CONFIG']!,
      GITHUB_ACTIONS: 'true',
      GITHUB_JOB: 'test',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_RUN_ID: '1',
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_WORKSPACE: workspace,
      HOME: folder,
      RUNNER_TEMP: folder,
    },
  };
  const main = await runStep({ ...step, script: 'dist/run-compose.js' });
  const post = await runStep({ ...step, script: 'dist/run-compose-post.js', state: main.state });
  if (post.code !== 0) throw new Error(`The post step failed: ${post.lines.join('\n')}`);
  return { ...main, workspace, artifacts: main.outputs['artifacts'] ?? '' };
}

/** Removes the copy of the project and the artifacts. */
export function removeRun({ workspace }: ConcertRun): void {
  rmSync(join(workspace, '..'), { recursive: true, force: true });
}
