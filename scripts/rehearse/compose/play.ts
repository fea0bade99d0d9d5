import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobRequest } from '../../../sandbox/github/github.js';
import { installNode24 } from '../../node24/install.mjs';
import type { ComposeChoice } from '../options.js';
import type { Stage } from '../stage.js';
import { dockerVariables, findObstacle, hasGpu, lendImages, removeProjects, type Loan } from './docker.js';
import { planCompose, type ComposeRehearsal } from './plan.js';
import { keepArtifacts, printOutcome } from './report.js';
import type { StepReport, StepSpec } from './step.js';

const STEP = fileURLToPath(new URL('step.ts', import.meta.url));
const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));

/** A Compose project in the job of a rehearsal. */
export interface ComposePlay {
  /** Of the workflow that the inputs come from. */
  readonly preset: string | undefined;
  readonly job: Pick<JobRequest, 'steps' | 'directory' | 'env'>;
  /** Shows the step as GitHub does, by the action's name and its inputs, not by the command that plays it here. */
  hideCommand(onLine: (line: string) => void): (line: string) => void;
  /** Prints what run-compose found, if it ran. */
  report(stage: Stage): void;
  /** Removes everything that the rehearsal made at Docker. @returns what run-compose had left there, by name */
  end(): Promise<readonly string[]>;
}

/**
 * Makes the stand-in images and the files that the job needs.
 *
 * @returns a sentence if there is no Docker for it
 * @throws UsageError if rehearse.yml, the workflow and the options do not fit together
 */
export async function prepareCompose(choice: ComposeChoice, stage: Stage): Promise<ComposePlay | string> {
  const plan = planCompose(choice);
  const obstacle = await findObstacle();
  if (obstacle !== undefined)
    return `\`--compose\` runs containers, but Docker with Compose cannot be used here: ${obstacle}. Install both (on Ubuntu: docker.io, docker-compose-v2), or start the daemon. Nothing was done.`;
  const inputs = await fitInputs(plan, stage);
  const loan = await lendImages(plan.standIns);
  for (const sentence of loan.said) stage.print(`Image ${sentence}.`);
  if (plan.says !== undefined) stage.print(`[Provoked: ${plan.says}]`);
  const folder = mkdtempSync(join(tmpdir(), 'ci-actions-compose-'));
  const spec: StepSpec = { dist: DIST, inputs, runnerTemp: folder, report: join(folder, 'report.json') };
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
  let ended: Promise<readonly string[]> | undefined;
  return {
    preset: plan.preset,
    job: { steps: [renderCommand(folder)], directory: plan.workspace, env: dockerVariables() },
    hideCommand: (onLine) => hideCommand(inputs, onLine),
    report: (stage) => reportStep(spec, choice.keep, stage),
    end: () => (ended ??= end(folder, loan)),
  };
}

function renderCommand(folder: string): string {
  const words = [installNode24(), '--import', import.meta.resolve('tsx'), STEP, join(folder, 'spec.json')];
  return words.map((word) => `'${word}'`).join(' ');
}

function hideCommand(inputs: Readonly<Record<string, string>>, onLine: (line: string) => void): (line: string) => void {
  let state: 'before' | 'command' | 'after' = 'before';
  return (line) => {
    if (state === 'after') return onLine(line);
    if (state === 'command' && line === '##[endgroup]') state = 'after';
    if (state !== 'before' || !line.startsWith('##[group]Run ')) return;
    state = 'command';
    onLine('Run run-compose');
    for (const [name, text] of Object.entries(inputs)) {
      const [first = '', ...more] = text.trimEnd().split('\n');
      for (const shown of more.length === 0
        ? [`${name}: ${first}`]
        : [`${name}: |`, ...[first, ...more].map((one) => `  ${one}`)])
        onLine(`  ${shown}`);
    }
  };
}

/** Without a GPU here, the session runs without one. */
async function fitInputs({ inputs }: ComposeRehearsal, stage: Stage): Promise<Readonly<Record<string, string>>> {
  const { gpu = 'none', ...rest } = inputs;
  if (gpu === 'none' || (await hasGpu())) return inputs;
  stage.print(`This machine has no GPU for containers: the input gpu is none, not ${gpu}.`);
  return rest;
}

function reportStep({ report: file, runnerTemp }: StepSpec, keep: string, stage: Stage): void {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8')) as StepReport;
  const [name] = listProjects(runnerTemp);
  const artifacts = report.outputs['artifacts'] || (name && join(runnerTemp, 'ci-actions', name));
  printOutcome(report, keepArtifacts(artifacts, report, keep), stage);
}

/** Every project that the step began, by the folder of its artifacts. */
function listProjects(runnerTemp: string): string[] {
  const folder = join(runnerTemp, 'ci-actions');
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function end(folder: string, loan: Loan): Promise<readonly string[]> {
  const removed = await removeProjects(listProjects(folder));
  await loan.end();
  rmSync(folder, { recursive: true, force: true });
  return removed;
}
